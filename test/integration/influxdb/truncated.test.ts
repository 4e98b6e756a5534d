import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only, steady } from '#test/support/influxdb/points.js'
import type { Body } from './service.js'
import { between, now, startService } from './service.js'

/** Rows after which the server truncates a response. */
const maxRows = 15

const influxd = await startInfluxd(t, { settings: { INFLUXDB_HTTP_MAX_ROW_LIMIT: String(maxRows) } })
if (influxd) {
  const { get, usage, instances, largestProject } = await startService(t, influxd.url)
  const instance = randomUUID()
  const samples = steady(0, 600, 15, 10)
  await influxd.write(lines(
    ...['cpu.utilization_norm_perc', 'mem.free_perc'].map(metric => ({ instance, metric, samples })),
    ...['io.read_bytes_sec', 'net.in_packets_sec', 'net.out_packets_sec'].flatMap(metric =>
      ['a', 'b'].map(device => ({ instance, metric, device, samples })))
  ))

  t.test('a truncated series is an error', async t => {
    for (const route of ['cpuUsage', 'memUsage', 'diskRead', 'networkPackets']) {
      for (const buckets of [maxRows - 1, maxRows, maxRows + 1, 2 * maxRows, 2 * maxRows + 1, 40]) {
        const response = await get(`${instance}/${route}?${between(0, buckets * 15 - 1, '15s')}`)
        const { statusCode, body } = response
        const isComplete = statusCode === 200 &&
          response.json<Body>().every(({ metric }) => metric.length === buckets)
        t.ok(isComplete || statusCode === 502, `${route}, ${buckets} buckets: ${body}`)
      }
    }
  })

  t.test('latest usages that were truncated are unavailable', async t => {
    const { project, ids } = await largestProject()
    t.ok(ids.length >= maxRows)
    const newest = (now - noon) / 1000 - 1
    await influxd.write(ids.flatMap(instance => [
      ...only({ project, instance, metric: 'cpu.utilization_norm_perc', samples: [[newest, 10]] }),
      ...only({ project, instance, metric: 'mem.free_perc', samples: [[newest, 20]] })
    ]))
    // Two rows an instance: the truncation moves through them. After a complete series the server does not
    // report it.
    for (let limit = 1; limit <= maxRows; limit++) {
      const { metric, unavailable } = await instances(project, `limit=${limit}`)
      const usages = metric.map(({ cpuUsage, memoryUsage }) => [cpuUsage, memoryUsage])
      t.strictSame(usages, Array(limit).fill(unavailable ? [null, null] : [10, 80]), `limit=${limit}`)
    }
  })

  t.test('a complete response within the limit is returned', async t => {
    const minutes = (value: number) => [0, 60, 120, 180].map(time => [time, value])
    t.strictSame(await usage(instance, 'cpuUsage', between(0, 239, '1m')), { cpu: minutes(10) })
    const packets = minutes(20).slice(0, 2)
    t.strictSame(
      await usage(instance, 'networkPackets', between(0, 119, '1m')), { in: packets, out: packets }
    )
  })
}
