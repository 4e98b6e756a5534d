import type { CacheStats } from '#lib/cache/cache.js'
import { createSingleFlight } from '#lib/cache/single-flight.js'
import type { Window } from '#lib/time-range.js'
import { createBucketBlocks } from './bucket-blocks.js'
import { missingWindows } from './missing-windows.js'
import type { Bucket, MetricsStore } from './store.js'
import type { Metric } from './usages.js'

export interface SeriesCacheOptions {
  /** Bytes that the cached buckets may take. */
  maxBytes: number
  /**
   * Seconds after its end in which samples of a bucket may still arrive, by the bucket's width in seconds.
   * After that the bucket is settled.
   */
  settle: (step: number) => number
  /** The clock, in unix milliseconds. */
  now: () => number
}

export interface SeriesCache extends Pick<MetricsStore, 'series'> {
  stats: () => CacheStats
}

/**
 * Milliseconds that the clock may be set back without effect: every bucket stays unsettled for longer than
 * that.
 */
const toleratedClockStepMs = 1_000

/**
 * A metrics store whose settled buckets are cached, those without data included. Only buckets that are not
 * cached, or not settled, are fetched. Whether a bucket is settled is decided when its fetch is sent: of two
 * overlapping fetches neither stores what the other one knows better. A failed fetch stores nothing. When the
 * clock turns out to have been ahead, buckets were settled too early, and all of them are dropped.
 */
export function cacheSeries (
  store: Pick<MetricsStore, 'series'>, { maxBytes, settle, now }: SeriesCacheOptions
): SeriesCache {
  const blocks = createBucketBlocks(maxBytes, now)
  const fetches = createSingleFlight<Bucket[][]>()
  let newestNow = -Infinity
  const keyOf = (instance: string, metric: Metric, project = '') => `${project} ${instance} ${metric}`

  async function fetch (metrics: Metric[], instance: string, window: Window, project?: string) {
    const { end, step } = window
    const settledUntil = Math.floor((now() / 1000 - settle(step)) / step) * step
    const lists = await store.series(metrics, instance, window, project)
    for (const [i, metric] of metrics.entries()) {
      blocks.write(
        keyOf(instance, metric, project), { ...window, end: Math.min(end, settledUntil) }, lists[i]!
      )
    }
    return lists
  }

  function fetchOnce (metrics: Metric[], instance: string, window: Window, project?: string) {
    const { start, end, step } = window
    const key = [project, instance, start, end, step, ...metrics].join(' ')
    return fetches.run(key, () => fetch(metrics, instance, window, project))
  }

  const series: MetricsStore['series'] = async (metrics, instance, window, project) => {
    if (now() < newestNow - toleratedClockStepMs) blocks.clear()
    newestNow = now()
    const cached = metrics.map((metric) => blocks.read(keyOf(instance, metric, project), window))
    // All metrics are fetched together, because they mostly miss the same buckets: fewer requests for a few
    // buckets more.
    const missing = [...new Set(cached.flatMap(({ missing }) => missing))].sort((a, b) => a - b)
    const windows = missingWindows(missing, window.step)
    const fetched = await Promise.all(windows.map((part) => fetchOnce(metrics, instance, part, project)))

    const wasFetched = ({ time }: Bucket) => windows.some(({ start, end }) => time >= start && time < end)
    return cached.map(({ buckets }, i) => [
      ...buckets.filter((bucket) => !wasFetched(bucket)),
      ...fetched.flatMap((lists) => lists[i]!)
    ].sort((a, b) => a.time - b.time))
  }
  return { series, stats: blocks.stats }
}
