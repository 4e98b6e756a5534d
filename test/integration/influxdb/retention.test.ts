import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const instance = randomUUID()
  const linesOf = (value: number) => lines(
    { instance, metric: 'cpu.utilization_norm_perc', samples: [[0, value]] },
    { instance, metric: 'io.read_bytes_sec', device: 'vda', samples: [[0, value * 1024]] }
  )

  await influxd.query('CREATE RETENTION POLICY "two years" ON mon DURATION 104w REPLICATION 1')
  await influxd.query('CREATE DATABASE "other-db"')
  await influxd.write(linesOf(1))
  await influxd.write(linesOf(2), { rp: 'two years' })
  await influxd.write(linesOf(3), { db: 'other-db' })

  const settings: Array<[Record<string, string>, number]> = [
    [{}, 1],
    [{ INFLUX_RETENTION_POLICY: 'autogen' }, 1],
    [{ INFLUX_RETENTION_POLICY: 'two years' }, 2],
    [{ INFLUX_DATABASE: 'other-db' }, 3]
  ]
  for (const [env, expected] of settings) {
    t.test(`the service reads from the database and retention policy of ${JSON.stringify(env)}`, async t => {
      const { usage, state } = await startService(t, influxd.url, { env })
      t.equal(await state(), 'up')
      t.strictSame(await usage(instance, 'cpuUsage', between(0, 59, '1m')), { cpu: [[0, expected]] })
      t.strictSame(await usage(instance, 'diskRead', between(0, 59, '1m')), { read: [[0, expected]] })
    })
  }

  for (const setting of ['INFLUX_RETENTION_POLICY', 'INFLUX_DATABASE']) {
    t.test(`a missing one is a bad gateway, and the log names ${setting}`, async t => {
      const { get, state, log } = await startService(t, influxd.url, { env: { [setting]: 'missing' } })
      t.equal((await get(`${instance}/cpuUsage?${between(0, 59, '1m')}`)).statusCode, 502)
      log.length = 0
      t.equal(await state(), 'invalid')
      t.match(log.join(''), `check ${setting}`)
    })
  }

  t.test('INFLUX_URL may end with a slash', async t => {
    const { usage } = await startService(t, `${influxd.url}/`)
    t.strictSame(await usage(instance, 'cpuUsage', between(0, 59, '1m')), { cpu: [[0, 1]] })
  })
}
