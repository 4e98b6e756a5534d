import type { Window } from '#lib/time-range.js'
import { countOf, emptyColumn } from './columns.js'
import type { Column } from './columns.js'
import type { Source } from './profile.js'

/** Samples, ascending by time: the unix milliseconds and the value of each. */
export interface Samples {
  times: Float64Array
  /** Finite where a bucket's value is computed. */
  values: Float64Array
}

/** The samples of one series. */
export interface SampledSeries extends Samples {
  labels: Readonly<Record<string, string>>
}

/** The samples whose index passes. */
export const filterSamples = ({ times, values }: Samples, isWanted: (index: number) => boolean): Samples =>
  ({ times: times.filter((_, i) => isWanted(i)), values: values.filter((_, i) => isWanted(i)) })

/** A time after `start` and up to `end`, in unix milliseconds. */
interface Span {
  start: number
  end: number
}

/** The increase of a counter in a time. */
interface Interval extends Span {
  increase: number
}

/** Prometheus' label of the scraped target: the host, or the pod on it. */
export const hostLabel = 'instance'

/**
 * Seconds between two samples above which the time of an increase between them is unknown.
 * @param every seconds between two polls, where the exporter repeats the values of a poll
 */
export const maxGapSeconds = (every = 0) => Math.max(600, 2 * every)

/**
 * Seconds before a bucket that hold every sample which its value depends on. It has one poll more than the
 * longest interval: of a poll that is read in part, no sample counts.
 */
export const lookbackSeconds = (every = 0) => maxGapSeconds(every) + every

/**
 * The value of each bucket. It does not depend on the window, as long as the series have all samples from
 * `lookbackSeconds` before it on.
 * - A gauge's value is the mean of the samples in the bucket, over all series.
 * - A counter's value is its increase per second, summed or averaged over its devices.
 */
export function bucketsOf (source: Source, series: SampledSeries[], window: Window, every = 0): Column {
  return source.kind === 'gauge' ? meansOf(series, window) : ratesOf(source, series, window, every)
}

/**
 * The newest value, and the time of the older of the samples that it is made of, in unix milliseconds.
 * @param since unix milliseconds; older samples do not count
 * @returns `undefined` without one
 */
export function latestOf (source: Source, series: SampledSeries[], since: number, every = 0) {
  const devices = source.kind === 'gauge'
    ? [series.map(newestSample)]
    : groupBy(series, deviceOf(source)).map(([, own]) => own.map((one) => newestRate(one, every)))
  const newest = devices.flatMap((samples) => samples
    .filter((sample) => sample !== undefined && sample.time >= since)
    .sort((a, b) => b!.time - a!.time || b!.value - a!.value)
    .slice(0, 1) as Sample[])
  if (newest.length === 0) return undefined
  return {
    time: Math.min(...newest.map(({ time }) => time)),
    value: combineDevices(newest.map(({ value }) => value), source)
  }
}

interface Sample {
  time: number
  value: number
}

const newestSample = ({ times, values }: Samples): Sample | undefined =>
  times.length === 0 ? undefined : { time: times.at(-1)!, value: values.at(-1)! }

function newestRate (samples: Samples, every: number): Sample | undefined {
  const interval = intervalsOf(samples, every).at(-1)
  return interval && { time: interval.end, value: rateOf([[interval]]) }
}

function meansOf (series: SampledSeries[], window: Window): Column {
  const sums = new Float64Array(countOf(window))
  const counts = new Uint32Array(countOf(window))
  for (const { times, values } of series) {
    for (let i = 0; i < times.length; i++) {
      if (!isIn(window, times[i]!)) continue
      const bucket = bucketOf(window, times[i]!)
      sums[bucket]! += values[i]!
      counts[bucket]!++
    }
  }
  return quotients(sums, counts)
}

/** NaN where there is nothing: 0 / 0. */
const quotients = (sums: Float64Array, counts: Float64Array | Uint32Array): Column =>
  sums.map((sum, bucket) => sum / counts[bucket]!)

function ratesOf (source: Source, series: SampledSeries[], window: Window, every: number): Column {
  const devices = groupBy(series, deviceOf(source)).map(([, own]) => ratesOfDevice(own, window, every))
  if (devices.length === 1) return devices[0]!
  return emptyColumn(window).map((_, bucket) => {
    const rates = devices.map((rates) => rates[bucket]!).filter((rate) => !Number.isNaN(rate))
    return rates.length === 0 ? NaN : combineDevices(rates, source)
  })
}

/**
 * The rate of one device in each bucket. Several series of one host are replicas, or follow one another: the
 * one that covers most of the bucket counts. Several hosts have a device while its instance migrates.
 */
function ratesOfDevice (series: SampledSeries[], window: Window, every: number): Column {
  if (series.length === 1) return ratesOfOne(series[0]!, window, every)
  const column = emptyColumn(window)
  const intervals = series.flatMap(({ labels, ...samples }) => {
    const own = intervalsOf(samples, every).filter(({ end }) => isIn(window, end))
    return groupBy(own, ({ end }) => bucketOf(window, end)).map(([bucket, intervals]) =>
      ({ bucket, host: labels[hostLabel], intervals, covered: sum(intervals.map(lengthOf)) }))
  })
  for (const [bucket, all] of groupBy(intervals, ({ bucket }) => bucket)) {
    const hosts = groupBy(all, ({ host }) => host)
    column[bucket] = rateOf(hosts.map(([, own]) => longest(own).intervals))
  }
  return column
}

/** The same of a device with one series, as most have, without an object for each interval. */
function ratesOfOne (samples: Samples, window: Window, every: number): Column {
  const increases = new Float64Array(countOf(window))
  const covered = new Float64Array(countOf(window))
  eachInterval(samples, every, (start, end, increase) => {
    if (!isIn(window, end)) return
    const bucket = bucketOf(window, end)
    increases[bucket]! += increase
    covered[bucket]! += end - start
  })
  return quotients(increases, covered.map((milliseconds) => milliseconds / 1000))
}

/** The series with the most covered time; of equal ones that with the larger increase. */
function longest<Covered extends { intervals: Interval[], covered: number }> (all: Covered[]) {
  const increaseOf = ({ intervals }: Covered) => sum(intervals.map(({ increase }) => increase))
  return all.reduce((best, one) =>
    (one.covered - best.covered || increaseOf(one) - increaseOf(best)) > 0 ? one : best)
}

function intervalsOf (samples: Samples, every: number): Interval[] {
  const intervals: Interval[] = []
  eachInterval(samples, every, (start, end, increase) => { intervals.push({ start, end, increase }) })
  return intervals
}

/** The intervals between samples that are close enough, ascending. A counter that fell began again at 0. */
function eachInterval (
  samples: Samples, every: number, onInterval: (start: number, end: number, increase: number) => void
) {
  const { times, values } = firstOfEachPoll(samples, every)
  const maxGap = maxGapSeconds(every) * 1000
  for (let i = 1; i < times.length; i++) {
    const [start, end, before, value] = [times[i - 1]!, times[i]!, values[i - 1]!, values[i]!]
    if (end > start && end - start <= maxGap) onInterval(start, end, value < before ? value : value - before)
  }
}

/**
 * The first sample of each poll.
 * @param every seconds between two polls; 0 where the exporter repeats no values, and each sample counts
 */
export function firstOfEachPoll (samples: Samples, every: number): Samples {
  if (every === 0) return samples
  const pollOf = (i: number) => Math.floor(samples.times[i]! / (every * 1000))
  return filterSamples(samples, (i) => i === 0 || pollOf(i) !== pollOf(i - 1))
}

/** The increase per second of one device, which several hosts may have at once. */
function rateOf (hosts: Interval[][]) {
  // Most instances have one host, which needs no comparison.
  const increasing = hosts.length === 1 ? [] : merged(hosts.flat().filter(({ increase }) => increase > 0))
  const intervals = hosts.flatMap((own) => withoutRest(own, increasing))
  return sum(intervals.map(({ increase }) => increase)) / (sum(merged(intervals).map(lengthOf)) / 1000)
}

/**
 * One host's intervals without those at rest during which the counter of another one increased: an instance
 * runs on one host only. Both lists are ascending and have no overlaps of their own.
 */
function withoutRest (own: Interval[], increasing: Span[]) {
  let next = 0
  return own.filter(({ start, end, increase }) => {
    while (next < increasing.length && increasing[next]!.end <= start) next++
    return increase > 0 || next === increasing.length || increasing[next]!.start >= end
  })
}

/** The times that at least one of the intervals covers, ascending and without overlaps. */
function merged (intervals: Span[]) {
  const parts: Span[] = []
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    const last = parts.at(-1)
    if (last === undefined || start > last.end) parts.push({ start, end })
    else last.end = Math.max(last.end, end)
  }
  return parts
}

const lengthOf = ({ start, end }: Span) => end - start

/** A text that is the same for the same labels. */
export const seriesKey = (labels: SampledSeries['labels']) =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1))

/** A series' device, by the labels of a source. */
export const deviceOf = ({ device = '' }: Source) =>
  ({ labels }: Pick<SampledSeries, 'labels'>) => labels[device]
const isIn = ({ start, end }: Window, time: number) => time >= start * 1000 && time < end * 1000
/** The index of a time's bucket. */
const bucketOf = ({ start, step }: Window, time: number) => Math.floor(time / 1000 / step) - start / step
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
/** The value of all devices of a source. */
export const combineDevices = (values: number[], { devices = 'sum' }: Source) =>
  devices === 'sum' ? sum(values) : sum(values) / values.length

/** The values by a key of theirs, in the order of its first appearance. */
export function groupBy<Value, Key> (values: Value[], keyOf: (value: Value) => Key): Array<[Key, Value[]]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return [...groups]
}
