import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, steady } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const metric = 'cpu.utilization_norm_perc'
const range = `cpuUsage?${between(0, 59, '1m')}`

const influxd = await startInfluxd(t)
if (influxd) {
  const [huge = '', ...others] = Array.from({ length: 5 }, () => randomUUID())
  // The sum of its samples is no finite number. InfluxDB then writes an error between the JSON documents.
  await influxd.write(lines({ instance: huge, metric, samples: steady(0, 60, 15, 1.7e308) }))
  await influxd.write(others.flatMap((instance, i) =>
    lines({ instance, metric, samples: steady(0, 60, 15, i) })))
  const { get, usage } = await startService(t, influxd.url)

  t.test('an instance whose mean InfluxDB cannot write fails alone', async t => {
    const [failed, ...series] = await Promise.all([
      get(`${huge}/${range}`), ...others.map(instance => usage(instance, 'cpuUsage', between(0, 59, '1m')))
    ])
    t.equal(failed.statusCode, 502)
    t.strictSame(series, others.map((_, i) => ({ cpu: [[0, i]] })))
  })
}
