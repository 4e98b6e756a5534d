import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import { usages } from '#lib/metrics/usages.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { withBuckets } from '#test/support/buckets.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, steady } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'

const start = noon / 1000
const tenMinutes = { start, end: start + 600, step: 60 }
/** The metrics of each usage. */
const usageMetrics = Object.values(usages).map(({ series }) => Object.values(series))
const upstreamLimits = { timeout: 10_000, connections: 8 }

/** The service's metrics store over the InfluxDB at `url`, which counts its requests. */
function connect (url: string, limits: Partial<typeof defaultBatchLimits> = {}, database = 'mon') {
  const dispatcher = createDispatcher(upstreamLimits)
  t.teardown(() => dispatcher.destroy())
  const callUpstream = createUpstream(dispatcher, upstreamLimits)
  let requests = 0
  const influx = createInflux((upstream, request) => {
    requests++
    return callUpstream(upstream, request)
  }, { url, database }, { limits: { ...defaultBatchLimits, ...limits }, now: Date.now })
  return { ...withBuckets(influx), requests: () => requests }
}

const wholeMetrics = (n: number) => [
  'cpu.utilization_norm_perc',
  ...n % 3 === 0 ? [] : ['mem.free_perc'],
  ...n % 3 === 1 ? [] : ['mem.free_mb', 'mem.total_mb']
]
const rateMetrics = [
  'io.read_bytes_sec', 'io.write_bytes_sec', 'net.in_bytes_sec', 'net.out_bytes_sec', 'net.in_packets_sec',
  'net.out_packets_sec'
]

/**
 * Uneven samples of all metrics. Every other instance has a second device, which begins later than the first;
 * a third each has its memory in megabytes alone, in percent alone, and in both.
 */
function unevenLines (ids: string[]) {
  return ids.flatMap((instance, n) => {
    const samples = (measurement: number, min = 0): Sample[] => Array.from({ length: 80 }, (_, i) =>
      [i * 15 + n % 7, min + (i * 37 + n * 101 + measurement * 53) % 997 / 10])
    const devices = n % 2 === 0 ? ['a', 'b'] : ['a']
    return lines(
      ...wholeMetrics(n).map((metric, m) =>
        ({ instance, metric, samples: samples(m, metric === 'mem.total_mb' ? 100 : 0) })),
      ...rateMetrics.flatMap((metric, m) => devices.map((device, d) =>
        ({ instance, metric, device, samples: samples(m).slice(20 * d) })))
    )
  })
}

const influxd = await startInfluxd(t)
if (influxd) {
  const ids = Array.from({ length: 12 }, () => randomUUID())
  await influxd.write(unevenLines(ids))
  const single = connect(influxd.url)

  const windows = fc.record({
    first: fc.integer({ min: -2, max: 20 }),
    count: fc.integer({ min: 1, max: 25 }),
    step: fc.constantFrom(7, 15, 60, 90, 300)
  }).map(({ first, count, step }) => {
    const aligned = Math.floor((start + first * 60) / step) * step
    return { start: aligned, end: aligned + count * step, step }
  })
  const readsIn = (windows: Array<{ start: number, end: number, step: number }>) => fc.array(fc.record({
    metrics: fc.constantFrom(...usageMetrics),
    instance: fc.constantFrom(...ids, 'no-such-instance'),
    window: fc.constantFrom(...windows)
  }), { minLength: 1, maxLength: 80 })
  const reads = fc.array(windows, { minLength: 1, maxLength: 4 }).chain(readsIn)
  const smallLimits = fc.record({
    concurrency: fc.integer({ min: 1, max: 4 }),
    statements: fc.integer({ min: 1, max: 8 }),
    instances: fc.integer({ min: 1, max: 8 }),
    work: fc.integer({ min: 1, max: 2_000 })
  })
  const limits = fc.oneof(fc.constant({}), smallLimits)

  t.test('batched reads have the same results as single ones', async t => {
    await fc.assert(fc.asyncProperty(reads, limits, async (reads, limits) => {
      const { series } = connect(influxd.url, limits)
      const batched = await Promise.all(reads.map(({ metrics, instance, window }) =>
        series(metrics, instance, window)))
      for (const [i, { metrics, instance, window }] of reads.entries()) {
        const expected = JSON.stringify(await single.series(metrics, instance, window))
        const result = JSON.stringify(batched[i])
        if (result !== expected) {
          throw new Error(`${metrics} of ${instance}: ${result} batched, ${expected} alone`)
        }
      }
    }), { numRuns: 40 })
    t.pass()
  })

  t.test('concurrent reads share one request', async t => {
    const { series, requests } = connect(influxd.url)
    const all = await Promise.all(usageMetrics.flatMap(metrics =>
      ids.map(instance => series(metrics, instance, tenMinutes))))
    t.equal(all.length, 6 * 12)
    t.equal(all.flat().filter(buckets => buckets.length === 10).length, 8 * 12)
    t.equal(requests(), 1)
  })

  t.test('reads of a missing database fail with one request', async t => {
    const { series, requests } = connect(influxd.url, {}, 'missing')
    const results = await Promise.allSettled(ids.map(instance => series(['cpu'], instance, tenMinutes)))
    for (const result of results) {
      t.match(result, { status: 'rejected', reason: { message: /INFLUX_DATABASE/ } })
    }
    t.equal(requests(), 1)
  })
}

const limited = await startInfluxd(t, {
  settings: {
    INFLUXDB_COORDINATOR_MAX_SELECT_BUCKETS: '100', INFLUXDB_COORDINATOR_MAX_SELECT_SERIES: '3'
  }
})
if (limited) {
  const ids = Array.from({ length: 5 }, () => randomUUID())
  await limited.write(ids.flatMap((instance, i) =>
    lines({ instance, metric: 'cpu.utilization_norm_perc', samples: steady(0, 600, 60, i) })))
  const tenBuckets = (usage: number) =>
    [Array.from({ length: 10 }, (_, i) => ({ time: start + 60 * i, usage }))]

  t.test('a failed statement fails for its own callers alone', async t => {
    const { series, requests } = connect(limited.url)
    const tooManyBuckets = { ...tenMinutes, end: start + 101 * 60 }
    const results = await Promise.allSettled([
      series(['cpu'], ids[0]!, tenMinutes),
      series(['cpu'], ids[0]!, tooManyBuckets),
      series(['memory'], ids[1]!, tenMinutes),
      series(['cpu'], ids[1]!, tenMinutes),
      series(['cpu'], ids[1]!, tooManyBuckets)
    ])
    const outcomes = results.map(result =>
      result.status === 'fulfilled' ? result.value : result.reason.message)
    const failed = 'metrics: failed to run a query'
    t.strictSame(outcomes, [tenBuckets(0), failed, [[]], tenBuckets(1), failed])
    // The batch, its five statements, and the two instances of the failed statement.
    t.equal(requests(), 1 + 5 + 2)
  })

  t.test('reads that exceed a limit of InfluxDB only in a batch are retried apart', async t => {
    const { series } = connect(limited.url)
    const results = await Promise.all(ids.map(instance => series(['cpu'], instance, tenMinutes)))
    t.strictSame(results, ids.map((_, i) => tenBuckets(i)))
  })
}
