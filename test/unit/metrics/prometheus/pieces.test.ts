import t from 'tap'
import { QueryRejected } from '#lib/metrics/prometheus/errors.js'
import { defaultPrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import { readInBlocks } from '#lib/metrics/prometheus/pieces.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import { sampled } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

const rejected = new QueryRejected('metrics', 'invalid', 'rejected a query (422)')
const limits = { ...defaultPrometheusLimits, minPieceSeconds: 100, fewSamples: 10, manySamples: 200 }

interface StoreOptions {
  /** Seconds between its samples, which are before `until`. */
  every?: number
  until?: number
  /** The most seconds of a request. */
  maxSeconds?: number
  limits?: Partial<typeof limits>
  divisible?: boolean
}

/** Reads a window of a store. @returns the blocks with the times of their samples, and the requests */
async function read (
  [start, end, step]: [number, number, number],
  { every = 10, until = Infinity, maxSeconds = Infinity, divisible = true, ...options }: StoreOptions = {}
) {
  const requests: Array<[from: number, to: number]> = []
  const readPiece = async (from: number, to: number): Promise<SampledSeries[]> => {
    requests.push([from, to])
    if (to - from > maxSeconds) throw rejected
    const samples: Sample[] = []
    for (let second = Math.ceil(from / every) * every; second < Math.min(to, until); second += every) {
      samples.push([second * 1000, 1])
    }
    const labels = from % 3 === 0 ? { b: '2', a: '1' } : { a: '1', b: '2' }
    return samples.length === 0 ? [] : [sampled(labels, samples), sampled({ a: String(from) }, [])]
  }
  const blocks = []
  const generator = readInBlocks(
    readPiece,
    { start, end, step },
    { lookback: 100, seconds: 1_000, divisible },
    { ...limits, ...options.limits }
  )
  for await (const { window, series } of generator) {
    const own = series.filter(({ labels }) => 'b' in labels)
    t.ok(own.length <= 1, 'the pieces of a series are one')
    const times = own.flatMap(({ times }) => [...times])
    blocks.push({ from: window.start, to: window.end, times })
  }
  return { blocks, requests }
}

t.test('a window that one request can return is one block, with its lookback', async (t) => {
  const { blocks, requests } = await read([10_000, 10_900, 60])
  t.same(requests, [[9_900, 10_900]])
  t.match(blocks, [{ from: 10_000, to: 10_900 }])
})

t.test('a longer window is read in blocks of whole buckets, the newest first', async (t) => {
  const { blocks, requests } = await read([10_000, 12_000, 250])
  t.same(requests, [[11_150, 12_000], [10_400, 11_250], [9_900, 10_500]])
  t.same(blocks.map(({ from, to }) => [from, to]), [[11_250, 12_000], [10_500, 11_250], [10_000, 10_500]])
})

t.test('a bucket that is longer than a request is read in pieces, in the order of time', async (t) => {
  const { blocks, requests } = await read([9_000, 12_000, 3_000])
  t.same(requests, [[11_000, 12_000], [10_000, 11_000], [9_000, 10_000], [8_900, 9_000]])
  t.equal(blocks.length, 1)
  const times = blocks[0]!.times
  t.same(times, times.toSorted((a, b) => a - b))
  t.equal(new Set(times).size, 310, 'each sample once')
})

t.test('requests grow over years without samples, and shrink before many', async (t) => {
  const year = 365 * 86_400
  const { requests } = await read([0, 10 * year, year], { until: 0 })
  t.ok(requests.length < 25, `${requests.length} requests`)
  const few = await read([0, 900_000, 1_000], { every: 9_000 })
  const lengths = few.requests.map(([from, to]) => to - from)
  t.ok(few.requests.length < 25 && Math.max(...lengths) <= 64_000, `${lengths}`)
  const many = await read([0, 9_000, 100], { every: 1 })
  const last = many.requests.slice(5, -1).map(([from, to]) => to - from)
  t.ok(last.every((length) => length <= 300), `${last}`)
})

t.test('after a stretch without samples, a request that is too long is halved', async (t) => {
  const { blocks, requests } = await read([0, 100_000, 100], { until: 10_000, maxSeconds: 20_000 })
  t.equal(new Set(blocks.flatMap(({ times }) => times)).size, 1_010, 'with the lookback')
  t.ok(requests.length < 40, `${requests.length} requests`)
})

t.test('a rejected request of several instances, or of the least time, is not halved', async (t) => {
  await t.rejects(read([10_000, 10_900, 60], { maxSeconds: 500, divisible: false }), rejected)
  await t.rejects(read([10_000, 10_900, 60], { maxSeconds: 50 }), rejected)
  const { requests } = await read([10_000, 10_900, 60], { maxSeconds: 500 })
  t.same(requests, [[9_900, 10_900], [10_400, 10_900], [9_900, 10_400]])
})

t.test('a failure that less time does not change ends the read', async (t) => {
  const err = new Error('the store is down')
  const generator = readInBlocks(async () => { throw err }, { start: 0, end: 9_000, step: 60 }, {
    lookback: 100, seconds: 1_000, divisible: true
  }, limits)
  await t.rejects(generator.next(), err)
})

t.test('too many requests, or too many samples for one bucket, are an error', async (t) => {
  const tooMany = { reason: 'invalid', message: 'metrics: has too many samples for this range and groupBy' }
  await t.rejects(read([0, 100_000, 100], { limits: { requests: 50 } }), tooMany)
  await t.rejects(read([0, 20_000, 20_000], { limits: { samples: 1_000 } }), tooMany)
  t.ok((await read([0, 20_000, 1_000], { limits: { samples: 1_000 } })).blocks.length > 10)
})
