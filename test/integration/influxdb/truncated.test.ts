import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only, steady } from '#test/support/influxdb/points.js'
import type { Body } from './service.js'
import { between, now, startService } from './service.js'

/** How many rows the server puts into an answer before it cuts it. */
const rows = 15

const influxd = await startInfluxd(t, { settings: { INFLUXDB_HTTP_MAX_ROW_LIMIT: String(rows) } })
if (influxd) {
  const { get, usage, instances, crowd } = await startService(t, influxd.url)
  const instance = randomUUID()
  const samples = steady(0, 600, 15, 10)
  await influxd.write(lines(
    ...['cpu.utilization_norm_perc', 'mem.free_perc'].map(metric => ({ instance, metric, samples })),
    ...['io.read_bytes_sec', 'net.in_packets_sec', 'net.out_packets_sec'].flatMap(metric =>
      ['a', 'b'].map(device => ({ instance, metric, device, samples })))
  ))

  t.test('a short series is never shown as a whole one', async t => {
    for (const route of ['cpuUsage', 'memUsage', 'diskRead', 'networkPackets']) {
      for (const buckets of [rows - 1, rows, rows + 1, 2 * rows, 2 * rows + 1, 40]) {
        const answer = await get(`${instance}/${route}?${between(0, buckets * 15 - 1, '15s')}`)
        const whole = answer.statusCode === 200 && answer.json<Body>().every(
          ({ metric }) => metric.length === buckets
        )
        t.ok(whole || answer.statusCode === 502, `${route}, ${buckets} buckets: ${answer.body}`)
      }
    }
  })

  t.test('nor a page whose loads were cut', async t => {
    const { project, ids } = await crowd()
    t.ok(ids.length >= rows)
    const newest = (now - noon) / 1000 - 1
    await influxd.write(ids.flatMap(instance => [
      ...only({ instance, metric: 'cpu.utilization_norm_perc', samples: [[newest, 10]] }),
      ...only({ instance, metric: 'mem.free_perc', samples: [[newest, 20]] })
    ]))
    // Two rows an instance: the cut moves through them, and comes after a whole series too, where the server
    // does not tell of it.
    for (let limit = 1; limit <= rows; limit++) {
      const { metric, unavailable } = await instances(project, `limit=${limit}`)
      const loads = metric.map(({ cpuUsage, memoryUsage }) => [cpuUsage, memoryUsage])
      t.strictSame(loads, Array(limit).fill(unavailable ? [null, null] : [10, 80]), `limit=${limit}`)
    }
  })

  t.test('what fits is answered', async t => {
    const minutes = (value: number) => [0, 60, 120, 180].map(time => [time, value])
    t.strictSame(await usage(instance, 'cpuUsage', between(0, 239, '1m')), { cpu: minutes(10) })
    t.strictSame(await usage(instance, 'networkPackets', between(0, 119, '1m')), {
      in: minutes(20).slice(0, 2), out: minutes(20).slice(0, 2)
    })
  })
}
