import type { CacheStats } from '#lib/cache/cache.js'
import { createSingleFlight } from '#lib/cache/single-flight.js'
import type { Window } from '#lib/time-range.js'
import { createBucketBlocks } from './bucket-blocks.js'
import type { CachedBuckets } from './bucket-blocks.js'
import { columnJson } from './bucket-json.js'
import { indexOf } from './columns.js'
import type { Column } from './columns.js'
import { missingWindows } from './missing-windows.js'
import type { MetricsStore } from './store.js'
import type { Metric } from './usages.js'

export interface SeriesCacheOptions {
  /** Bytes that the cached buckets may take. */
  maxBytes: number
  /**
   * Seconds after its end in which samples of a bucket may still arrive, by the bucket's width in seconds.
   * After that the bucket is settled.
   */
  settle: (step: number) => number
  /** Milliseconds for which buckets that are not settled are cached, for whoever reads the series too. */
  tailTtl: number
  /** The clock, in unix milliseconds. */
  now: () => number
}

type SeriesReads = Pick<MetricsStore, 'series' | 'seriesOfMany'>

/**
 * The JSON of several metrics of an instance, in parts: of each bucket with data a `Bucket`, with a comma
 * before it.
 * @returns one list of parts a metric
 * @throws UpstreamError
 */
export type ReadJson = (...args: Parameters<MetricsStore['series']>) => Promise<Buffer[][]>

export interface SeriesCache extends SeriesReads {
  seriesJson: ReadJson
  stats: () => CacheStats
}

/**
 * Milliseconds that the clock may be set back without effect: every bucket stays unsettled for longer than
 * that.
 */
const toleratedClockStepMs = 1_000

/**
 * A metrics store whose buckets are cached, those without data included: settled ones for long, and those
 * that may still change for `tailTtl`, so that other windows and other callers use them too. Whether a bucket
 * is settled is decided when its fetch is sent: of two overlapping fetches neither stores what the other one
 * knows better. A failed fetch stores nothing. When the clock turns out to have been ahead, buckets were
 * settled too early, and all of them are dropped.
 */
export function cacheSeries (
  store: SeriesReads, { settle, ...options }: SeriesCacheOptions
): SeriesCache {
  const { now } = options
  const blocks = createBucketBlocks(options)
  const fetches = createSingleFlight<Column[]>()
  let newestNow = -Infinity
  const keyOf = (instance: string, metric: Metric, project = '') => `${project} ${instance} ${metric}`

  /** Prepares to store what is fetched now. */
  function writer (metrics: Metric[], window: Window, project?: string) {
    const { step } = window
    const at = now()
    const settledEnd = Math.floor((at / 1000 - settle(step)) / step) * step
    return (instance: string, columns: Column[]) => {
      for (const [i, metric] of metrics.entries()) {
        blocks.write(keyOf(instance, metric, project), window, columns[i]!, settledEnd, at)
      }
    }
  }

  async function fetch (metrics: Metric[], instance: string, window: Window, project?: string) {
    const write = writer(metrics, window, project)
    const columns = await store.series(metrics, instance, window, project)
    write(instance, columns)
    return columns
  }

  function fetchOnce (metrics: Metric[], instance: string, window: Window, project?: string) {
    const { start, end, step } = window
    const key = [project, instance, start, end, step, ...metrics].join(' ')
    return fetches.run(key, () => fetch(metrics, instance, window, project))
  }

  /** The cached columns of the metrics, and the starts of the buckets that any of them misses, ascending. */
  function read (metrics: Metric[], instance: string, window: Window, project?: string) {
    if (now() < newestNow - toleratedClockStepMs) blocks.clear()
    newestNow = now()
    const cached = metrics.map((metric) => blocks.read(keyOf(instance, metric, project), window))
    return {
      columns: cached.map(({ column }) => column),
      missing: startsOf(cached),
      settledEnd: Math.min(...cached.map(({ settledEnd }) => settledEnd))
    }
  }

  /**
   * Fetches the missing buckets. All metrics are fetched together, because they mostly miss the same ones:
   * fewer requests for a few buckets more.
   */
  async function fetchMissing (
    { columns, missing }: ReturnType<typeof read>,
    metrics: Metric[], instance: string, window: Window, project?: string
  ) {
    const parts = missingWindows(missing, window.step)
      .map((part) => ({ part, fetched: fetchOnce(metrics, instance, part, project) }))
    for (const { part, fetched } of parts) complete(columns, window, part, await fetched)
  }

  const series: MetricsStore['series'] = async (metrics, instance, window, project) => {
    const found = read(metrics, instance, window, project)
    await fetchMissing(found, metrics, instance, window, project)
    return found.columns
  }

  /** The JSON of the settled buckets is cached too. */
  const seriesJson: ReadJson = async (metrics, instance, window, project) => {
    const found = read(metrics, instance, window, project)
    const { columns, settledEnd } = found
    const [settled, rest] = [{ ...window, end: settledEnd }, { ...window, start: settledEnd }]
    const keys = metrics.map((metric) => keyOf(instance, metric, project))
    const json = columns.map((column, i) => blocks.json(keys[i]!, settled, column))
    await fetchMissing(found, metrics, instance, window, project)
    return columns.map((column, i) => [...json[i]!, columnJson(column, window, rest)])
  }

  const seriesOfMany: MetricsStore['seriesOfMany'] = async (metrics, instances, window, project) => {
    const all = instances.map((instance) => ({ instance, ...read(metrics, instance, window, project) }))
    const lacking = all.filter(({ missing }) => missing.length > 0)
    if (lacking.length === 0) return all.map(({ columns }) => columns)
    // One window for all of them: a request for each window would cost more than the buckets in between.
    const starts = lacking.flatMap(({ missing }) => [missing[0]!, missing.at(-1)!])
    const part = { ...window, start: Math.min(...starts), end: Math.max(...starts) + window.step }
    const write = writer(metrics, part, project)
    const ids = lacking.map(({ instance }) => instance)
    const fetched = await store.seriesOfMany(metrics, ids, part, project)
    for (const [i, { instance, columns }] of lacking.entries()) {
      write(instance, fetched[i]!)
      complete(columns, window, part, fetched[i]!)
    }
    return all.map(({ columns }) => columns)
  }
  return { series, seriesJson, seriesOfMany, stats: blocks.stats }
}

const startsOf = ([first, ...others]: CachedBuckets[]) => others.length === 0
  ? first!.missing
  : [...new Set([first!, ...others].flatMap(({ missing }) => missing))].sort((a, b) => a - b)

/** The JSON of a store's series, without a cache. */
export const jsonOf = (store: Pick<MetricsStore, 'series'>): ReadJson =>
  async (metrics, instance, window, project) => {
    const columns = await store.series(metrics, instance, window, project)
    return columns.map((column) => [columnJson(column, window, window)])
  }

/** Puts the buckets of a part of a window, which were fetched, into its columns. */
function complete (columns: Column[], window: Window, part: Window, fetched: Column[]) {
  for (const [i, column] of columns.entries()) column.set(fetched[i]!, indexOf(window, part.start))
}
