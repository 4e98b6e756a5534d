import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import type { Column } from '#lib/metrics/columns.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import { cacheSeries } from '#lib/metrics/series-cache.js'
import type { SeriesCache } from '#lib/metrics/series-cache.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { bucketsOf, bucketsOfJson } from '#test/support/buckets.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'

/** Metrics of one read, their measurements, and the devices with samples. */
const cases: Array<{ metrics: Metric[], measurements: string[], devices: string[] }> = [
  { metrics: ['cpu'], measurements: ['cpu.utilization_norm_perc'], devices: [''] },
  { metrics: ['memory'], measurements: ['mem.free_mb', 'mem.total_mb', 'mem.free_perc'], devices: [''] },
  {
    metrics: ['networkIn', 'networkOut'],
    measurements: ['net.in_bytes_sec', 'net.out_bytes_sec'],
    devices: ['tap0', 'tap1', 'tap2']
  }
]

const sample = fc.record({
  // 0 is just in time, 1 as late as a sample may be.
  lateness: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  series: fc.nat(),
  value: fc.nat({ max: 5_000 })
})
const window = fc.record({
  /** In buckets, relative to the first one that has not settled. */
  from: fc.integer({ min: -40, max: 4 }),
  length: fc.integer({ min: 1, max: 45 }),
  width: fc.nat()
})
/** A time, in seconds after the one before; the samples that arrive until then; and concurrent reads. */
const moment = fc.record({
  waitSeconds: fc.oneof(
    fc.nat({ max: 30_000 }).map((ms) => ms / 1000),
    fc.constantFrom(0, 1, 7, 15, 60, 300)
  ),
  samples: fc.array(sample, { maxLength: 30 }),
  windows: fc.array(window, { minLength: 1, maxLength: 3 })
})
const moments = fc.array(moment, { minLength: 6, maxLength: 16 })
const widths = fc.uniqueArray(fc.constantFrom(1, 7, 15, 60, 90), { minLength: 1, maxLength: 2 })
const settleTimes = fc.constantFrom(
  () => 30,
  (step: number) => 2 * step,
  (step: number) => Math.max(2 * step, 120)
)

const textOf = (columns: Column[], window: Window) =>
  JSON.stringify(columns.map((column) => bucketsOf(column, window)))

const influxd = await startInfluxd(t)
if (influxd) {
  const limits = { timeout: 10_000, connections: 8 }
  const dispatcher = createDispatcher(limits)
  t.teardown(() => dispatcher.destroy())
  const influx = createInflux(createUpstream(dispatcher, limits), { url: influxd.url, database: 'mon' }, {
    now: Date.now
  })
  const fetched = { cached: 0, uncached: 0 }
  const countingSeries = (counter: keyof typeof fetched): MetricsStore['series'] =>
    (metrics, instance, window) => {
      fetched[counter] += (window.end - window.start) / window.step
      return influx.series(metrics, instance, window)
    }

  for (const { metrics, measurements, devices } of cases) {
    t.test(`${metrics}: a series with cached buckets equals one without`, async (t) => {
      Object.assign(fetched, { cached: 0, uncached: 0 })
      const property = fc.asyncProperty(moments, widths, settleTimes, async (moments, widths, settle) => {
        const instance = randomUUID()
        let now = noon / 1000
        const unsettledFrom = (step: number) => Math.floor((now - settle(step)) / step) * step
        const { seriesOfMany } = influx
        const options = { maxBytes: 1e6, settle, tailTtl: 0, now: () => now * 1000 }
        const [cached, many] = [0, 1].map(() => cacheSeries(
          { series: countingSeries('cached'), seriesOfMany }, options
        )) as [SeriesCache, SeriesCache]
        for (const { waitSeconds, samples, windows } of moments) {
          now += waitSeconds
          const settled = Math.max(...widths.map(unsettledFrom))
          const millisecondOf = (lateness: number) => Math.ceil((now - lateness * (now - settled)) * 1000)
          await influxd.write(samples.flatMap(({ lateness, series, value }) => only({
            instance,
            metric: measurements[series % measurements.length]!,
            device: devices[series % devices.length]!,
            samples: [[millisecondOf(lateness) / 1000 - noon / 1000, value]]
          })))
          await Promise.all(windows.map(async ({ from, length, width }) => {
            const step = widths[width % widths.length]!
            const start = unsettledFrom(step) + from * step
            const window = { start, end: start + length * step, step }
            const [columns, json, ofMany, uncached] = await Promise.all([
              cached.series(metrics, instance, window),
              cached.seriesJson(metrics, instance, window),
              many.seriesOfMany(metrics, [instance], window).then(([columns]) => columns!),
              countingSeries('uncached')(metrics, instance, window)
            ])
            const expected = textOf(uncached, window)
            const found = [
              textOf(columns, window), JSON.stringify(json.map(bucketsOfJson)), textOf(ofMany, window)
            ]
            if (found.every((text) => text === expected)) return
            const got = found.join(' and ')
            throw new Error(`${JSON.stringify({ now, window })}: expected ${expected}, got ${got}`)
          }))
        }
      })
      await fc.assert(property, { numRuns: 40 })
      const { cached, uncached } = fetched
      t.ok(cached < uncached * 0.85, `${cached} of ${uncached} buckets were fetched`)
    })
  }
}
