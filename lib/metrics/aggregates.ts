import { combineDevices, deviceOf, firstOfEachPoll, groupBy, hostLabel, maxGapSeconds } from './samples.js'
import type { SampledSeries, Samples } from './samples.js'
import type { Source } from './profile.js'
import type { Window } from '#lib/time-range.js'

/** The values that a store computes of the samples in a bucket. */
export const aggregateNames = {
  counter: ['value', 'resets', 'count'],
  gauge: ['mean', 'max']
} as const
export type AggregateName = typeof aggregateNames[Source['kind']][number]

/** The aggregates of one series, each by the bucket's end in unix seconds. */
export interface AggregatedSeries {
  labels: SampledSeries['labels']
  aggregates: Partial<Record<AggregateName, Map<number, number>>>
}

/** When the samples of a series are taken, in milliseconds. */
export interface SampleTimes {
  /** Between two samples. */
  interval: number
  /** Between two samples that count: of an exporter that repeats the values of a poll, one a poll does. */
  period: number
  /** From the last sample in a bucket that counts to the bucket's end. */
  phase: number
  /** Between two samples, above which the time of an increase is unknown. */
  maxGap: number
}

/**
 * Sampling intervals in a bucket from which on its value is computed from aggregates: these are as large as
 * three samples.
 */
const minIntervals = 20

/**
 * The part of an interval by which the last sample of a bucket may be early or late. Of 20 intervals, the
 * time between two such samples is wrong by 0.25 % at most.
 */
const tolerance = 1 / 40

/**
 * The times of the series that has the newest sample, of those with enough samples to show their interval:
 * an instance has few on a host that it has just moved to.
 * @param step the width of a bucket in seconds
 * @param every seconds between two polls, where the exporter repeats the values of a poll
 * @returns `undefined` where the times are unknown, or the value of a bucket depends on more than aggregates:
 * it has less than 20 samples that count, or their times differ from bucket to bucket
 */
export function sampleTimesOf (
  series: SampledSeries[], step: number, every: number
): SampleTimes | undefined {
  const newestOf = ({ times }: SampledSeries) => times.at(-1)!
  const [samples = noSamples] = series.filter(({ times }) => times.length > 2)
    .sort((a, b) => newestOf(b) - newestOf(a))
  const intervals = samples.times.subarray(1).map((time, i) => time - samples.times[i]!).sort()
  const interval = Math.round((intervals[Math.floor(intervals.length / 2)] ?? 0) / 1000) * 1000
  const period = every > 0 ? every * 1000 : interval
  const isWide = interval > 0 && interval <= period && step * 1000 >= minIntervals * period
  if (!isWide || step * 1000 % period !== 0) return undefined
  const offsets = firstOfEachPoll(samples, every).times.map((time) => time % period)
  return isOneSampleLast(offsets, interval)
    ? { interval, period, phase: period - offsets.at(-1)!, maxGap: maxGapSeconds(every) * 1000 }
    : undefined
}

const noSamples: Samples = { times: new Float64Array(), values: new Float64Array() }

/**
 * Whether the same sample is the last one of each bucket. A sample that is due about the end of a bucket may
 * come before or after it, unless each comes at the same millisecond.
 * @param offsets milliseconds from the start of a period to its sample
 */
function isOneSampleLast (offsets: Float64Array, interval: number) {
  const newest = offsets.at(-1)!
  const isFarFromEnd = newest >= interval * tolerance && newest <= interval * (1 - tolerance)
  return isFarFromEnd || offsets.every((offset) => offset === newest)
}

/** The range in which the last sample of a bucket is expected, in milliseconds before the bucket's end. */
export const edgeOf = ({ interval, phase }: SampleTimes) => ({
  from: Math.ceil(phase + interval * tolerance), to: Math.max(Math.floor(phase - interval * tolerance), 1)
})

/**
 * The value of each bucket with samples, by its start in unix seconds, as `bucketsOf` computes it from the
 * samples themselves. `undefined` where aggregates do not tell it: a counter was reset, samples are missing
 * at an end of the bucket or for ten minutes, or several hosts have the instance.
 */
export function bucketsOfAggregates (
  source: Source, series: AggregatedSeries[], window: Window, times: SampleTimes
): Map<number, number | undefined> {
  const values = new Map<number, number | undefined>()
  for (let start = window.start; start < window.end; start += window.step) {
    const end = start + window.step
    if (source.kind === 'gauge') {
      const means = numbersAt(series, end)
      if (means.length > 0) values.set(start, meanOf(means))
    } else {
      const own = series.filter(({ aggregates }) => aggregates.count?.has(end))
      if (own.length > 0) values.set(start, rateOf(source, own, { ...window, start, end }, times))
    }
  }
  return values
}

/** The mean of each series that has a number in a bucket; NaN of one that has others beside it. */
const numbersAt = (series: AggregatedSeries[], end: number) =>
  series.flatMap(({ aggregates: { mean, max } }) =>
    Number.isNaN(max?.get(end) ?? NaN) ? [] : mean?.get(end) ?? NaN)

/** The mean over all series: of different ones it depends on the number of samples of each. */
const meanOf = ([first, ...others]: number[]) =>
  Number.isFinite(first) && others.every((mean) => mean === first) ? first : undefined

function rateOf (source: Source, series: AggregatedSeries[], bucket: Window, times: SampleTimes) {
  const rates = groupBy(series, deviceOf(source)).map(([, own]) => {
    if (new Set(own.map(({ labels }) => labels[hostLabel])).size > 1) return NaN
    // Replicas cover the same time. Of them, as of samples, the one with the larger increase counts.
    return Math.max(...own.map((one) => increaseOf(one, bucket, times))) / bucket.step
  })
  return rates.some(Number.isNaN) ? undefined : combineDevices(rates, source)
}

/** The increase of a counter; NaN where aggregates do not tell it. */
function increaseOf (
  { aggregates }: AggregatedSeries, { start, end, step }: Window, { interval, period, maxGap }: SampleTimes
) {
  const at = (name: AggregateName, time: number) => aggregates[name]?.get(time) ?? NaN
  const missing = step * 1000 / interval - at('count', end)
  const longest = (period + missing * interval) * (1 + tolerance)
  const isComplete = missing >= -1 && longest <= maxGap && at('resets', end) === 0
  const increase = at('value', end) - at('value', start)
  return isComplete && increase >= 0 ? increase : NaN
}
