import { setImmediate } from 'node:timers/promises'
import type { SeriesCacheOptions } from '#lib/metrics/series-cache.js'
import { cacheSeries } from '#lib/metrics/series-cache.js'
import type { Column } from '#lib/metrics/columns.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'
import { bucketsOfJson, columnOf, withBuckets } from './buckets.js'

/** A bucket's width in seconds; tests count in buckets. */
export const step = 60

/** The first bucket of a window, and the one after its last. */
export type Range = [from: number, to: number]

/** A call that the store has received. */
export interface Call {
  metrics: Metric[]
  /** The instance, or several with commas between them. */
  instance: string
  project: string | undefined
  range: Range
  /** Resolves a pending call, with the data at the time of the call. */
  respond: () => void
  /** Rejects a pending call. */
  fail: () => void
}

/**
 * A series cache over a simulated store, with a clock that the test moves. The store has data in every bucket
 * but each fifth.
 */
export function startSeriesCache (options: Partial<SeriesCacheOptions> = {}) {
  const clock = { minutes: 100 }
  const changedUsages = new Map<number, number>()
  const calls: Call[] = []
  let holdsCalls = false

  const usageIn = (bucket: number) =>
    changedUsages.get(bucket) ?? (bucket % 5 === 0 ? undefined : bucket / 4)
  const bucketsIn = ([from, to]: Range, width: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).flatMap((bucket) => {
      const usage = usageIn(bucket)
      return usage === undefined ? [] : [{ time: bucket * width, usage }]
    })
  const respondWith = <Result>(instance: string, toResult: (columns: Column[]) => Result) => (
    metrics: Metric[], { start, end, step }: Window, project?: string
  ) =>
    new Promise<Result>((resolve, reject) => {
      const range: Range = [start / step, end / step]
      const values = bucketsIn(range, step).map(({ time, usage }) => [time, usage] as const)
      const result = toResult(metrics.map(() => columnOf({ start, end, step }, values)))
      const respond = () => resolve(result)
      const fail = () => reject(new Error('the store is down'))
      calls.push({ metrics, instance, project, range, respond, fail })
      if (!holdsCalls) respond()
    })
  const store: Pick<MetricsStore, 'series' | 'seriesOfMany'> = {
    series: (metrics, instance, ...rest) => respondWith(instance, (columns) => columns)(metrics, ...rest),
    seriesOfMany: (metrics, ids, ...rest) =>
      respondWith(ids.join(), (columns) => ids.map(() => columns))(metrics, ...rest)
  }
  const cache = cacheSeries(
    store,
    { maxBytes: 1e6, settle: () => 120, tailTtl: 0, now: () => clock.minutes * 60_000, ...options }
  )
  const { series, seriesOfMany, stats } = withBuckets(cache)

  return {
    clock,
    /** Usages that replace the store's initial ones, by bucket. */
    changedUsages,
    calls,
    /** Sets whether later calls wait for their `respond` or `fail`. */
    holdCalls: (hold: boolean) => { holdsCalls = hold },
    /** The store's present data. */
    bucketsIn: (range: Range) => bucketsIn(range, step),
    /** Reads buckets of one metric through the cache, as JSON. */
    read: async (
      [from, to]: Range, metric: Metric = 'cpu', instance = 'x', width = step, project?: string
    ) => {
      const window = { start: from * width, end: to * width, step: width }
      const [json] = await cache.seriesJson([metric], instance, window, project)
      return bucketsOfJson(json!)
    },
    series,
    /** The columns themselves. */
    columns: cache.series,
    /** Reads buckets of one metric of several instances through the cache. */
    readMany: async ([from, to]: Range, instances: string[]) => {
      const window = { start: from * step, end: to * step, step }
      return (await seriesOfMany(['cpu'], instances, window)).map(([buckets]) => buckets!)
    },
    stats,
    /** The ranges that were fetched from the store since the last call of this function. */
    fetchedRanges: () => calls.splice(0).map(({ range }) => range)
  }
}

/** Lets all pending work run that does not wait for a pending call. */
export const runPending = () => setImmediate()
