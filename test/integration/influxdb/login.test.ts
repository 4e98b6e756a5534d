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

  const accepted = {
    'an administrator': { INFLUX_USERNAME: admin.username, INFLUX_PASSWORD: admin.password },
    'a user with read access, and special characters in the password': reader
  }
  for (const [name, env] of Object.entries(accepted)) {
    t.test(`the service reads as ${name}`, async t => {
      const { get, instances, largestProject, state, log } = await startService(t, influxd.url, { env })
      t.equal(await state(), 'up')
      t.match((await get(series)).json(), [{ name: 'cpu', metric: [{ usage: 42 }] }])
      t.notOk('unavailable' in await instances((await largestProject()).project))
      t.notMatch(log.join(''), env.INFLUX_PASSWORD)
    })
  }

  const rejected: Record<string, Record<string, string>> = {
    'a wrong password': { INFLUX_USERNAME: 'reader', INFLUX_PASSWORD: 'wr0ng-s3cret' },
    'an unknown user': { INFLUX_USERNAME: 'nobody', INFLUX_PASSWORD: 'wr0ng-s3cret' },
    'a user without a grant': { INFLUX_USERNAME: 'stranger', INFLUX_PASSWORD: 'stranger-s3cret' },
    'a token, which 1.x does not support': { INFLUX_TOKEN: 'wr0ng-s3cret' },
    'no credential': {}
  }
  for (const [name, env] of Object.entries(rejected)) {
    t.test(`${name} is a bad gateway, and no secret is exposed`, async t => {
      const { get, instances, largestProject, state, log } = await startService(t, influxd.url, { env })
      t.equal(await state(), 'refused', 'although /ping needs no credential')
      const response = await get(series)
      t.equal(response.statusCode, 502, response.body)
      t.match(response.headers['content-type'], /^application\/problem\+json/)
      t.strictSame((await instances((await largestProject()).project)).unavailable, ['metrics'])

      const { INFLUX_USERNAME: user = '', INFLUX_PASSWORD: password = '', INFLUX_TOKEN: token = '' } = env
      const basic = Buffer.from(`${user}:${password}`).toString('base64')
      for (const secret of [password, token, basic].filter(text => text.length > 4)) {
        t.notOk(response.body.includes(secret), 'in the body')
        t.notOk(log.some(line => line.includes(secret)), 'in the log')
      }
      const influxText = new RegExp(`unauthorized|authorization failed|${user || 'INFLUX'}`, 'i')
      t.notMatch(response.body, influxText, 'InfluxDB\'s own text is not passed on')
      t.ok(log.some(line => JSON.parse(line).level >= 40), 'a warning is logged')
    })
  }
}
