import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import type { Source } from '#lib/metrics/profile.js'
import { bucketsOf } from '#lib/metrics/samples.js'
import { createAggregatedReader } from '#lib/metrics/prometheus/aggregated-read.js'
import { QueryRejected } from '#lib/metrics/prometheus/errors.js'
import { defaultPrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import { readInBlocks } from '#lib/metrics/prometheus/pieces.js'
import { aggregate } from '#test/support/prometheus/aggregates.js'
import { entriesOf } from '#test/support/buckets.js'
import { sampled } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

const source: Source = { name: 'reads', kind: 'counter' }
const step = 1_200
const window = { start: 1_200_000, end: 1_200_000 + 300 * step, step }
const limits = { ...defaultPrometheusLimits, aggregatedBuckets: 4, maxAggregatedBuckets: 16, requests: 1_000 }

interface Options {
  /** Seconds at which the counter begins again, ascending. */
  resets?: number[]
  /** Seconds from which on there are samples, and until which. */
  from?: number
  until?: number
  /** The most buckets of a request for aggregates. */
  maxBuckets?: number
  failure?: Error
}

/** Reads the window, and compares its values. @returns the buckets of each request */
async function read (
  { resets = [], from = 0, until = Infinity, maxBuckets = Infinity, failure }: Options = {}
) {
  const samples: Sample[] = []
  for (let second = window.start - 1_200 + 7; second < window.end; second += 60) {
    const last = resets.findLast((reset) => reset <= second) ?? 0
    if (second >= from && second < until) samples.push([second * 1000, 3 * (second - last)])
  }
  const series = [sampled({ __name__: source.name }, samples)]
  const requests = { samples: [] as number[], aggregates: [] as number[] }
  const values = new Map<number, number>()
  const reader = createAggregatedReader({
    sources: [source],
    window,
    lookback: 600,
    every: 0,
    read: async (part, times) => {
      const buckets = (part.end - part.start) / step
      requests.aggregates.push(buckets)
      if (failure !== undefined) throw failure
      if (buckets > maxBuckets) throw new QueryRejected('metrics', 'invalid', 'rejected a query (422)')
      return aggregate(source, series, part, times)
    },
    onValue: (index, time, value) => {
      t.equal(index, 0)
      t.notOk(values.has(time), 'each value once')
      values.set(time, value)
    }
  }, limits)
  const readSamples = async (start: number, end: number) => {
    requests.samples.push((end - start - 600) / step)
    const own = samples.filter(([time]) => time >= start * 1000 && time < end * 1000)
    return own.length === 0 ? [] : [sampled(series[0]!.labels, own)]
  }
  const options = { lookback: 600, seconds: 12_600, divisible: true }
  for await (const block of readInBlocks(readSamples, window, options, limits, reader)) {
    const column = bucketsOf(source, block.series, block.window)
    for (const [time, value] of entriesOf(column, block.window)) values.set(time, value)
  }
  const sorted = [...values].sort(([a], [b]) => a - b)
  t.same(sorted, entriesOf(bucketsOf(source, series, window), window), 'as by samples')
  return requests
}

t.test('aggregates are read in requests that become longer, after one bucket by its samples', async (t) => {
  const { samples, aggregates } = await read()
  t.same(samples, [1])
  t.same(aggregates, [4, 8, ...Array(17).fill(16), 15])
})

t.test('a bucket whose value aggregates do not tell is read by its samples', async (t) => {
  const reset = window.end - 6 * step + 500
  const { samples, aggregates } = await read({ resets: [reset - 100 * step, reset] })
  t.same(samples, [1, 1, 1])
  t.same(aggregates.slice(0, 4), [4, 8, 4, 8])
})

t.test('after several such buckets, all are read by their samples', async (t) => {
  const resets = Array.from({ length: 40 }, (_, i) => window.start + (100 + 5 * i) * step + 500)
  const { samples, aggregates } = await read({ resets })
  t.ok(aggregates.length <= 16, `${aggregates}`)
  t.same(samples.slice(0, 9), Array(9).fill(1))
  t.ok(samples.slice(9).every((buckets) => buckets >= 10), `${samples}`)
})

t.test('a window without samples at its ends is read until its times are known', async (t) => {
  const { samples, aggregates } = await read({
    from: window.start + 50 * step, until: window.end - 50 * step - 500
  })
  t.ok(samples.length < 8 && aggregates.length > 5, `${samples} ${aggregates}`)
  t.same(await read({ until: 0 }).then(({ aggregates }) => aggregates), [])
})

t.test('a store that rejects the aggregates is asked for samples', async (t) => {
  const { samples, aggregates } = await read({ maxBuckets: 5 })
  t.same(aggregates, [4, 8], 'it is not asked again')
  t.equal(samples.reduce((sum, buckets) => sum + Math.floor(buckets), 0), 296)
})

t.test('any other failure ends the read', async (t) => {
  const failure = new UpstreamError('metrics', 'timeout', 'did not respond within its time limit')
  await t.rejects(read({ failure }), failure)
})

t.test('buckets of less than a minute have no aggregates', (t) => {
  const options = { sources: [source], lookback: 600, every: 0, read: async () => [], onValue: () => {} }
  t.equal(createAggregatedReader({ ...options, window: { start: 0, end: 590, step: 59 } }, limits), undefined)
  t.end()
})
