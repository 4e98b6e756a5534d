import { randomUUID } from 'node:crypto'
import t from 'tap'
import { admin, startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const influxd = await startInfluxd(t, { auth: true })
if (influxd) {
  const reader = { INFLUX_USERNAME: 'reader', INFLUX_PASSWORD: 'pä$$ "word": 100%' }
  await influxd.query(`CREATE USER reader WITH PASSWORD '${reader.INFLUX_PASSWORD}'`)
  await influxd.query('GRANT READ ON mon TO reader')
  await influxd.query('CREATE USER stranger WITH PASSWORD \'stranger-s3cret\'')

  const instance = randomUUID()
  const series = `${instance}/cpuUsage?${between(0, 59, '1m')}`
  await influxd.write(lines({ instance, metric: 'cpu.utilization_norm_perc', samples: [[0, 42]] }))

  const granted = {
    'an administrator': { INFLUX_USERNAME: admin.username, INFLUX_PASSWORD: admin.password },
    'a user who may only read, with a password of all sorts': reader
  }
  for (const [who, env] of Object.entries(granted)) {
    t.test(`${who} is answered`, async t => {
      const { get, instances, crowd, log } = await startService(t, influxd.url, { env })
      t.match((await get(series)).json(), [{ name: 'cpu', metric: [{ usage: 42 }] }])
      t.notOk('unavailable' in await instances((await crowd()).project))
      t.notMatch(log.join(''), env.INFLUX_PASSWORD)
    })
  }

  const refused: Record<string, Record<string, string>> = {
    'a wrong password': { INFLUX_USERNAME: 'reader', INFLUX_PASSWORD: 'wr0ng-s3cret' },
    'an unknown user': { INFLUX_USERNAME: 'nobody', INFLUX_PASSWORD: 'wr0ng-s3cret' },
    'a user without a grant': { INFLUX_USERNAME: 'stranger', INFLUX_PASSWORD: 'stranger-s3cret' },
    'a token, which 1.x does not know': { INFLUX_TOKEN: 'wr0ng-s3cret' },
    'no user at all': {}
  }
  for (const [what, env] of Object.entries(refused)) {
    t.test(`${what} is a bad gateway, and no secret is told`, async t => {
      const { get, instances, crowd, log } = await startService(t, influxd.url, { env })
      const answer = await get(series)
      t.equal(answer.statusCode, 502, answer.body)
      t.match(answer.headers['content-type'], /^application\/problem\+json/)
      t.strictSame((await instances((await crowd()).project)).unavailable, ['metrics'])

      const { INFLUX_USERNAME: user = '', INFLUX_PASSWORD: password = '', INFLUX_TOKEN: token = '' } = env
      const basic = Buffer.from(`${user}:${password}`).toString('base64')
      for (const secret of [password, token, basic].filter(text => text.length > 4)) {
        t.notOk(answer.body.includes(secret), 'in the body')
        t.notOk(log.some(line => line.includes(secret)), 'in the log')
      }
      t.notMatch(
        answer.body,
        new RegExp(`unauthorized|authorization failed|${user || 'INFLUX'}`, 'i'),
        'nothing of what InfluxDB said'
      )
      t.ok(log.some(line => JSON.parse(line).level >= 40), 'but the operator is told')
    })
  }
}
