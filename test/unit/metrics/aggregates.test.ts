import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { bucketsOfAggregates, edgeOf, sampleTimesOf } from '#lib/metrics/aggregates.js'
import type { SampleTimes } from '#lib/metrics/aggregates.js'
import type { Source } from '#lib/metrics/profile.js'
import { bucketsOf } from '#lib/metrics/samples.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import { aggregate } from '#test/support/prometheus/aggregates.js'
import { entriesOf } from '#test/support/buckets.js'
import { listOf, sampled } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

const counter: Source = { name: 'reads', kind: 'counter', device: 'disk' }
const gauge: Source = { name: 'level', kind: 'gauge' }
const window = { start: 36_000, end: 43_200, step: 1_200 }
const minute: SampleTimes = { interval: 60_000, period: 60_000, phase: 20_000, maxGap: 600_000 }

interface Shape {
  from?: number
  to?: number
  every?: number
  phase?: number
  value?: (seconds: number) => number
  has?: (seconds: number) => boolean
}

/** A series with a sample each minute, 40 s past. */
const seriesOf = (
  labels: Record<string, string>,
  { from = 34_000, to = 44_000, every = 60, phase = 40, value = (s) => s * 3, has = () => true }: Shape = {}
): SampledSeries => {
  const samples: Sample[] = []
  for (let second = Math.ceil(from / every) * every + phase; second < to; second += every) {
    if (has(second)) samples.push([second * 1000, value(second)])
  }
  return sampled(labels, samples)
}

/** Each bucket's value by aggregates, and by samples. */
function both (source: Source, series: SampledSeries[], times = minute, every = 0) {
  const byAggregates = bucketsOfAggregates(source, aggregate(source, series, window, times), window, times)
  const column = bucketsOf(source, series, window, every)
  return { byAggregates, bySamples: new Map(entriesOf(column, window)) }
}
const starts = [36_000, 37_200, 38_400, 39_600, 40_800, 42_000]
/** Compares the values. @returns the starts of the buckets with a value by aggregates */
function known (t: Test, source: Source, series: SampledSeries[]) {
  const { byAggregates, bySamples } = both(source, series)
  for (const [time, value] of byAggregates) {
    if (value === undefined) continue
    t.ok(Math.abs(value - bySamples.get(time)!) <= 1e-9 * value, `${time}: ${value}`)
  }
  for (const time of bySamples.keys()) t.ok(byAggregates.has(time), `${time} is not forgotten`)
  return starts.filter((time) => byAggregates.get(time) !== undefined)
}

t.test('the times of samples are those of the series with the newest one', (t) => {
  const old = seriesOf({ instance: 'old' }, { to: 40_000, every: 15, phase: 3 })
  const empty = sampled({}, [])
  t.same(sampleTimesOf([empty, old, seriesOf({}), old, empty], 1_200, 0), minute)
  t.same(sampleTimesOf([old], 1_200, 0), { interval: 15_000, period: 15_000, phase: 12_000, maxGap: 600_000 })
  const lone = seriesOf({ instance: 'new' }, { from: 43_860 })
  t.equal(lone.times.length, 2)
  t.same(sampleTimesOf([lone, seriesOf({}, { to: 43_890 })], 1_200, 0), minute, 'of a host with few samples')
  const jittered = listOf(seriesOf({})).map(([time, value], i): Sample => [time + i % 3, value])
  t.match(sampleTimesOf([sampled({}, jittered)], 1_200, 0), { interval: 60_000, period: 60_000 })
  t.same(sampleTimesOf([seriesOf({}, { phase: 0 })], 1_200, 0)?.phase, 60_000)
  t.end()
})

t.test('the times of polls are those of their first samples', (t) => {
  const series = [seriesOf({})]
  t.same(sampleTimesOf(series, 6_000, 300), {
    interval: 60_000, period: 300_000, phase: 260_000, maxGap: 600_000
  })
  t.equal(sampleTimesOf([seriesOf({}, { every: 600, phase: 40 })], 6_000, 300), undefined, 'rarer than polls')
  t.end()
})

t.test('buckets of few samples, or whose samples are at other times, need the samples', (t) => {
  const series = [seriesOf({})]
  for (const step of [1_140, 1_230, 60]) t.equal(sampleTimesOf(series, step, 0), undefined, `${step} s`)
  t.equal(sampleTimesOf(series, 5_700, 300), undefined)
  for (const samples of [[], [[36_000_000, 1]], [[36_000_000, 1], [36_000_400, 2]]] as Sample[][]) {
    t.equal(sampleTimesOf([sampled({}, samples)], 1_200, 0), undefined)
  }
  t.equal(sampleTimesOf([], 1_200, 0), undefined)
  t.end()
})

t.test('the last sample of a bucket is expected in a fortieth of an interval around its time', (t) => {
  t.same(edgeOf(minute), { from: 21_500, to: 18_500 })
  t.same(edgeOf({ ...minute, phase: 1_000 }), { from: 2_500, to: 1 }, 'but before the end of the bucket')
  t.end()
})

t.test('the rates of a steady counter are those of its samples, summed over its devices', (t) => {
  const quadratic = seriesOf({ disk: 'b' }, { value: (s) => s ** 2 })
  t.same(known(t, counter, [seriesOf({ disk: 'a' }), quadratic]), starts)
  const mean: Source = { ...counter, devices: 'mean' }
  t.same(known(t, mean, [seriesOf({ disk: 'a' }), seriesOf({ disk: 'b' }, { value: () => 7 })]), starts)
  const fewMissing = seriesOf({}, { has: (s) => s % 1_200 < 500 || s % 1_200 > 600 })
  t.same(known(t, counter, [fewMissing]), starts)
  t.same(known(t, counter, []), [])
  t.end()
})

t.test('of replicas the one with the larger increase counts', (t) => {
  const replicas = [2, 5].map((rate) =>
    seriesOf({ instance: 'h', replica: `${rate}` }, { value: (s) => rate * s }))
  t.same(known(t, counter, replicas), starts)
  t.end()
})

t.test('a bucket with a reset, a gap, or samples at other times needs the samples', (t) => {
  const isSecondHour = (s: number) => s > 39_600 && s < 40_800
  const others = (time: number) => starts.filter((start) => start !== time)
  for (const [name, shape, unknown] of [
    ['reset', { value: (s) => s < 39_000 ? s : s - 39_000 }, 38_400],
    ['reset, then more', { value: (s) => s < 39_000 ? s - 34_000 : (s - 39_000) * 100 }, 38_400],
    ['reset before the first sample', { value: (s) => s < 38_400 ? 1e9 : s }, 38_400],
    ['gap', { has: (s) => s < 38_700 || s > 39_400 }, 38_400],
    ['denser samples', { every: 30, phase: 10, has: (s) => s % 60 === 40 || isSecondHour(s) }, 39_600]
  ] as Array<[string, Shape, number]>) {
    t.same(known(t, counter, [seriesOf({}, shape)]), others(unknown), name)
  }
  const edge = seriesOf({}, { has: (s) => s !== 38_380 })
  t.same(known(t, counter, [edge]), starts.filter((start) => start !== 37_200 && start !== 38_400))
  const nineMissing = seriesOf({}, { has: (s) => s < 38_500 || s > 39_000 })
  t.same(known(t, counter, [nineMissing]), others(38_400), 'about ten minutes without a sample')
  t.same(known(t, counter, [seriesOf({}, { from: 38_500 })]), starts.slice(3), 'created')
  t.same(known(t, counter, [seriesOf({}, { to: 38_500 })]), starts.slice(0, 2), 'deleted')
  t.same(known(t, counter, [seriesOf({}, { phase: 10 })]), [], 'another time')
  t.end()
})

t.test('a bucket in which an instance migrates needs the samples', (t) => {
  const hosts = [seriesOf({ instance: 'a' }, { to: 39_000 }), seriesOf({ instance: 'b' }, { from: 38_900 })]
  t.same(known(t, counter, hosts), starts.filter((start) => start !== 38_400))
  t.same(known(t, counter, [seriesOf({ instance: 'a' }), seriesOf({ instance: 'b' })]), [])
  t.end()
})

t.test('a gauge is its mean, unless it is made of different ones or has no number at times', (t) => {
  const level = (value: Shape['value']) => seriesOf({}, { value })
  t.same(known(t, gauge, [level((s) => s % 7)]), starts)
  t.same(known(t, gauge, [level(() => 4), level(() => 4)]), starts)
  t.same(known(t, gauge, [level(() => 4), level((s) => s < 39_000 ? 4 : 3)]), starts.slice(0, 2))
  const sometimes = both(gauge, [level((s) => s < 39_000 ? 4 : NaN)]).byAggregates
  t.same([...sometimes], [[36_000, 4], [37_200, 4], [38_400, undefined]])
  t.equal(both(gauge, [level(() => NaN)]).byAggregates.size, 0)
  t.same([...both(gauge, [level(() => Infinity)]).byAggregates.values()], Array(6).fill(undefined))
  t.end()
})

t.test('values that a store leaves out make a bucket unknown', (t) => {
  const of = (aggregates: Record<string, Array<[number, number]>>) => [{
    labels: {},
    aggregates: Object.fromEntries(Object.entries(aggregates).map(([name, list]) => [name, new Map(list)]))
  }]
  const bucket = { start: 36_000, end: 37_200, step: 1_200 }
  const value = [[36_000, 0], [37_200, 10]] as Array<[number, number]>
  for (const [source, aggregates] of [
    [counter, { count: [[37_200, 20]], value }],
    [counter, { count: [[37_200, 20]], resets: [[37_200, 0]] }],
    [counter, { count: [[37_200, 20]], resets: [[37_200, 0]], value: [[37_200, 10]] }],
    [gauge, { max: [[37_200, 3]] }]
  ] as Array<[Source, Record<string, Array<[number, number]>>]>) {
    t.same([...bucketsOfAggregates(source, of(aggregates), bucket, minute)], [[36_000, undefined]])
  }
  t.same([...bucketsOfAggregates(gauge, of({ mean: [[37_200, 3]] }), bucket, minute)], [])
  t.end()
})

t.test('a bucket whose last sample may come after its end needs the samples', (t) => {
  const timesAt = (offset: number, jitter: number) => {
    const samples = listOf(seriesOf({}, { phase: 0 }))
      .map(([time, value], i): Sample => [time + offset + i % 2 * jitter, value])
    return sampleTimesOf([sampled({}, samples)], 1_200, 0)
  }
  for (const offset of [0, 1_200, 58_600, 59_990]) {
    t.equal(timesAt(offset, 20), undefined, `${offset} ms`)
    t.match(timesAt(offset, 0), { phase: 60_000 - offset }, 'each comes at the same millisecond')
  }
  for (const offset of [1_500, 58_400]) t.match(timesAt(offset, 20), { interval: 60_000 })
  t.end()
})

t.test('whatever the samples are, a known value is that of the samples within 0.5 %', (t) => {
  const shape = fc.record({
    interval: fc.constantFrom(10, 15, 20, 60),
    // Of polls whose values an exporter repeats: the second of a minute at which it asks anew.
    poll: fc.option(fc.nat(59)),
    phase: fc.oneof(fc.nat(59_999), fc.integer({ min: 59_800, max: 59_999 }), fc.nat(200)),
    jitter: fc.nat(100),
    missing: fc.array(fc.nat(1_000), { maxLength: 30 }),
    gap: fc.option(fc.tuple(fc.integer({ min: 35_000, max: 44_000 }), fc.nat(2_000))),
    reset: fc.option(fc.integer({ min: 35_000, max: 44_000 })),
    seed: fc.nat(1e6)
  })
  let compared = 0
  fc.assert(fc.property(shape, ({ interval, poll, phase, jitter, missing, gap, reset, seed }) => {
    const samples: Sample[] = []
    const every = poll === null ? 0 : 60
    const random = (k: number) => Math.abs(Math.sin(seed + k * 12.9898) * 43_758.5453) % 1
    let [count, asked] = [1_000, 0]
    for (let k = 0, second = 34_800; second < 44_000; k++, second = 34_800 + k * interval) {
      const offset = phase % (interval * 1000)
      const time = second * 1000 + offset + Math.round(random(k) * jitter)
      const current = poll === null ? k : Math.floor((time / 1000 - poll) / every)
      // No interval is much above the mean: it may be shifted by a fortieth of itself.
      if (reset !== null && second >= reset && second < reset + interval) count = 0
      else if (current !== asked) count += 1 + random(k + 0.5)
      asked = current
      const isMissing = missing.includes(k) ||
        (gap !== null && second >= gap[0] && second < gap[0] + gap[1])
      if (!isMissing) samples.push([time, count])
    }
    const series = [sampled({}, samples)]
    const times = sampleTimesOf(series, window.step, every)
    if (times === undefined) return
    const { byAggregates, bySamples } = both(counter, series, times, every)
    for (const time of bySamples.keys()) if (!byAggregates.has(time)) throw new Error(`${time} is missing`)
    for (const [time, value] of byAggregates) {
      if (value === undefined) continue
      compared++
      const expected = bySamples.get(time)!
      if (!(Math.abs(value - expected) <= 0.005 * expected)) throw new Error(`${time}: ${value}, ${expected}`)
    }
  }), { numRuns: 1_000 })
  t.ok(compared > 500, `${compared} values`)
  t.end()
})
