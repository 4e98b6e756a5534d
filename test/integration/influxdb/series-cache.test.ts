import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { cacheSeries } from '#lib/metrics/series-cache.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { Metric } from '#lib/metrics/usages.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'

/** The metrics that are asked for together, and the measurements that they are read from. */
const requests: Array<{ metrics: Metric[], measurements: string[], devices: string[] }> = [
  { metrics: ['cpu'], measurements: ['cpu.utilization_norm_perc'], devices: [''] },
  { metrics: ['memory'], measurements: ['mem.free_mb', 'mem.total_mb', 'mem.free_perc'], devices: [''] },
  { metrics: ['networkIn', 'networkOut'], measurements: ['net.in_bytes_sec', 'net.out_bytes_sec'], devices: ['tap0', 'tap1', 'tap2'] }
]

/** A moment: the seconds that pass before it, the samples that arrive, and what is asked for then, at once. */
const moment = fc.record({
  wait: fc.oneof(fc.nat({ max: 30_000 }).map((ms) => ms / 1000), fc.constantFrom(0, 1, 7, 15, 60, 300)),
  // How late each sample is, from just in time, 0, to as late as it may be, 1; and of which series it is.
  samples: fc.array(fc.record({ late: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), of: fc.nat(), value: fc.nat({ max: 5_000 }) }), { maxLength: 30 }),
  // From how many buckets before or after the first that has not settled.
  windows: fc.array(fc.record({ from: fc.integer({ min: -40, max: 4 }), length: fc.integer({ min: 1, max: 45 }), width: fc.nat() }), { minLength: 1, maxLength: 3 })
})
const widths = fc.uniqueArray(fc.constantFrom(1, 7, 15, 60, 90), { minLength: 1, maxLength: 2 })
const settles = fc.constantFrom(() => 30, (step: number) => 2 * step, (step: number) => Math.max(2 * step, 120))

const influxd = await startInfluxd(t)
if (influxd) {
  const bounds = { timeout: 10_000, connections: 8 }
  const dispatcher = createDispatcher(bounds)
  t.teardown(() => dispatcher.destroy())
  const influx = createInflux(createUpstream(dispatcher, bounds), { url: influxd.url, database: 'mon' })
  const read = { kept: 0, all: 0 }
  const counting = (who: keyof typeof read): MetricsStore['series'] => (metrics, instance, window) => {
    read[who] += (window.end - window.start) / window.step
    return influx.series(metrics, instance, window)
  }

  for (const { metrics, measurements, devices } of requests) {
    t.test(`${metrics}: what is answered with buckets kept is what is answered without`, async (t) => {
      Object.assign(read, { kept: 0, all: 0 })
      const moments = fc.array(moment, { minLength: 6, maxLength: 16 })
      await fc.assert(fc.asyncProperty(moments, widths, settles, async (moments, widths, settle) => {
        const instance = randomUUID()
        let now = noon / 1000
        const { series: kept } = cacheSeries({ series: counting('kept') }, { maxBytes: 1e6, settle, now: () => now * 1000 })
        for (const { wait, samples, windows } of moments) {
          now += wait
          const settled = Math.max(...widths.map((width) => Math.floor((now - settle(width)) / width) * width))
          await influxd.write(samples.flatMap(({ late, of, value }) => only({
            instance,
            metric: measurements[of % measurements.length]!,
            device: devices[of % devices.length]!,
            samples: [[Math.ceil((now - late * (now - settled)) * 1000) / 1000 - noon / 1000, value]]
          })))
          await Promise.all(windows.map(async ({ from, length, width }) => {
            const step = widths[width % widths.length]!
            const start = (Math.floor((now - settle(step)) / step) + from) * step
            const window = { start, end: start + length * step, step }
            const [answer, expected] = await Promise.all([kept, counting('all')].map((series) => series(metrics, instance, window)))
            if (JSON.stringify(answer) === JSON.stringify(expected)) return
            throw new Error(`${JSON.stringify({ now, window })}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(answer)}`)
          }))
        }
      }), { numRuns: 40 })
      t.ok(read.kept < read.all * 0.85, `${read.kept} of ${read.all} buckets were read`)
    })
  }
}
