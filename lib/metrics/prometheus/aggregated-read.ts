import { bucketsOfAggregates, sampleTimesOf } from '#lib/metrics/aggregates.js'
import type { AggregatedSeries, SampleTimes } from '#lib/metrics/aggregates.js'
import type { Source } from '#lib/metrics/profile.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
import { QueryRejected } from './errors.js'
import type { PrometheusLimits } from './limits.js'
import type { OtherReader } from './pieces.js'

/** Seconds of the narrowest bucket: of a narrower one, VictoriaMetrics may return an older value. */
const minStep = 60

/** A read of one instance. */
export interface AggregatedRead {
  sources: Source[]
  window: Window
  /** Seconds before a bucket whose samples its value depends on. */
  lookback: number
  /** Seconds between two polls, where the exporter repeats the values of a poll. */
  every: number
  /** Reads the aggregates of each bucket of a window. */
  read: (window: Window, times: SampleTimes) => Promise<AggregatedSeries[]>
  /** Called with each value: of the source with this index, in the bucket with this start in unix seconds. */
  onValue: (source: number, time: number, value: number) => void
}

/**
 * Reads the buckets of one instance by aggregates that the store computes, which are much less than the
 * samples. The times of the samples are those of the block before. A bucket whose value aggregates do not
 * tell ends a read: its samples are a block of their own, with the times for the next read.
 * @returns `undefined` where the buckets are too narrow
 */
export function createAggregatedReader (
  { sources, window: { start, step }, lookback, every, read, onValue }: AggregatedRead,
  limits: PrometheusLimits
): OtherReader<SampledSeries> | undefined {
  if (step < minStep) return undefined
  let attempts = limits.aggregateAttempts

  /** @returns the start of the oldest bucket that was read */
  async function readBuckets (window: Window, times: SampleTimes) {
    const series = await read(window, times)
    const columns = sources.map((source) => [...bucketsOfAggregates(
      source, series.filter(({ labels }) => labels.__name__ === source.name), window, times
    )])
    const first = columns.flat().reduce(
      (first, [time, value]) => value === undefined ? Math.max(first, time + step) : first, window.start
    )
    for (const [i, column] of columns.entries()) {
      for (const [time, value] of column) if (time >= first) onValue(i, time, value!)
    }
    return first
  }

  return {
    seconds: step + lookback,

    async read ({ window, series }) {
      const { start: end } = window
      if (series.length === 0) return end
      const times = sampleTimesOf(series, step, every)
      if (times === undefined || attempts === 0) return undefined
      let last = end
      for (let buckets = limits.aggregatedBuckets; last > start; buckets *= 2) {
        const length = Math.min(buckets, limits.maxAggregatedBuckets) * step
        const first = Math.max(start, last - length)
        try {
          last = await readBuckets({ start: first, end: last, step }, times)
        } catch (err) {
          // The samples can be read in smaller parts.
          if (!(err instanceof QueryRejected)) throw err
          attempts = 0
          return last
        }
        if (last > first) {
          attempts--
          break
        }
      }
      return last
    }
  }
}
