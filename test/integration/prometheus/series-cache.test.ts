import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { cacheSeries } from '#lib/metrics/series-cache.js'
import type { Window } from '#lib/time-range.js'
import { bucketsOf } from '#test/support/buckets.js'
import { openStore } from '#test/support/prometheus/client.js'
import { startVictoriaMetrics } from '#test/support/prometheus/victoria-metrics.js'
import type { ImportedSeries } from '#test/support/prometheus/victoria-metrics.js'

const step = 60
const settleSeconds = 120
const infoTtl = 30_000
const scrapeSeconds = 15

/** Seconds after the moment before; whether the instance has moved by then; and the buckets that are read. */
const moment = fc.record({
  waitSeconds: fc.oneof(fc.nat(40), fc.constantFrom(0, 60, 300, 900)),
  move: fc.constantFrom('', '', '', 'host', 'cell'),
  windows: fc.array(fc.record({
    /** In buckets, relative to the present. */
    from: fc.integer({ min: -40, max: 1 }), length: fc.integer({ min: 1, max: 20 })
  }), { minLength: 1, maxLength: 3 })
})

/** The scrapes of an instance from one moment to another, in unix seconds. */
function scrapes (instance: string, place: number, cell: number, from: number, to: number): ImportedSeries[] {
  const first = Math.ceil(from / scrapeSeconds) * scrapeSeconds
  const seconds = Array.from(
    { length: Math.max(Math.ceil((to - first) / scrapeSeconds), 0) }, (_, i) => first + i * scrapeSeconds
  )
  if (seconds.length === 0) return []
  const labels = { domain: `instance-${cell}-${instance}`, instance: `host-${place}` }
  const series = (name: string, more: object, value: (second: number) => number) => ({
    metric: { __name__: `libvirt_domain_${name}`, ...labels, ...more },
    timestamps: seconds.map((second) => second * 1000),
    values: seconds.map(value)
  })
  return [
    series('openstack_info', { instance_id: instance, project_id: 'p' }, () => 1),
    series('info_virtual_cpus', {}, () => 2),
    series('info_cpu_time_seconds_total', {}, (second) => (second - start) * (1 + place % 7 / 10))
  ]
}

const start = 1_770_000_000

const victoriaMetrics = await startVictoriaMetrics(t)
if (victoriaMetrics) {
  t.test('settled buckets equal those without caches, however an instance moves', async (t) => {
    let now = start
    const options = { profile: 'inovex' as const, now: () => now * 1000 }
    const { columns: uncached } = openStore(t, victoriaMetrics.url, options)
    const { columns: store } = openStore(t, victoriaMetrics.url, { ...options, infoTtl })
    const property = fc.asyncProperty(fc.array(moment, { minLength: 6, maxLength: 10 }), async (moments) => {
      const instance = randomUUID()
      now += 86_400
      const cached = cacheSeries(
        store, { maxBytes: 1e6, settle: () => settleSeconds, tailTtl: 0, now: () => now * 1000 }
      )
      const read: Window[] = []
      let [place, cell, written] = [0, 0, now - 600]
      for (const { waitSeconds, move, windows } of moments) {
        now += waitSeconds
        const series = scrapes(instance, place, cell, written, now)
        if (series.length > 0) await victoriaMetrics.write(series)
        written = now
        if (move !== '') place++
        if (move === 'cell') cell++
        const present = Math.floor(now / step) * step
        await Promise.all(windows.map(async ({ from, length }) => {
          const window = { start: present + from * step, end: present + (from + length) * step, step }
          read.push(window)
          await cached.series(['cpu'], instance, window)
        }))
      }
      now += settleSeconds + infoTtl / 1000 + 20 * step
      for (const window of read) {
        const [found, expected] = await Promise.all([cached, uncached].map(async (one) => {
          const [column] = await one.series(['cpu'], instance, window)
          return bucketsOf(column!, window)
        }))
        t.same(found, expected)
      }
    })
    await fc.assert(property, { numRuns: 60 })
  })
}
