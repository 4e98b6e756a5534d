import { createBucketBlocks } from './bucket-blocks.js'
import { missingWindows } from './missing-windows.js'
import type { Bucket, MetricsStore } from './store.js'
import type { Metric } from './usages.js'
import type { CacheStats } from '#lib/cache/cache.js'
import { createSingleFlight } from '#lib/cache/single-flight.js'
import type { Window } from '#lib/time-range.js'

export interface SeriesCacheOptions {
  /** How much memory the kept buckets may take. */
  bytes: number
  /** Seconds after its end in which points of a bucket may still arrive, by the bucket's width in seconds. */
  settle: (step: number) => number
  /** The clock, in unix milliseconds. */
  now: () => number
}

export interface SeriesCache extends Pick<MetricsStore, 'series'> {
  stats: () => CacheStats
}

/** Milliseconds that a clock may be set back and still be taken for the same: any bucket is kept for longer than that after its end. */
const slip = 1_000

/**
 * Series as the metrics store tells them, with the buckets that no longer change kept: read are those that are not kept yet, or had
 * not settled. A bucket that was read and has no data is kept as such. What is kept follows from when a read was sent, and not from when
 * its answer came, so that of two reads that overtake each other neither leaves behind what the other knows better.
 * A read that fails keeps nothing. Where the clock turns out to have been ahead, so were buckets: nothing is kept of what was read by it. @throws UpstreamError
 */
export function cacheSeries (store: Pick<MetricsStore, 'series'>, { bytes, settle, now }: SeriesCacheOptions): SeriesCache {
  const blocks = createBucketBlocks(bytes, now)
  let latest = -Infinity
  const fetches = createSingleFlight<Bucket[][]>()
  const keyOf = (instance: string, metric: Metric, project = '') => `${project} ${instance} ${metric}`

  async function fetch (metrics: Metric[], instance: string, window: Window, project?: string) {
    const { end, step } = window
    const settledUntil = Math.floor((now() / 1000 - settle(step)) / step) * step
    const lists = await store.series(metrics, instance, window, project)
    for (const [i, metric] of metrics.entries()) {
      blocks.write(keyOf(instance, metric, project), { ...window, end: Math.min(end, settledUntil) }, lists[i]!)
    }
    return lists
  }

  function fetchOnce (metrics: Metric[], instance: string, window: Window, project?: string) {
    const { start, end, step } = window
    return fetches.run([project, instance, start, end, step, ...metrics].join(' '), () => fetch(metrics, instance, window, project))
  }

  const series: MetricsStore['series'] = async (names, instance, window, project) => {
    if (now() < latest - slip) blocks.clear()
    latest = now()
    const kept = names.map((metric) => blocks.read(keyOf(instance, metric, project), window))
    // One list for all metrics: they are read together, so mostly miss the same buckets, and fewer calls are worth a few buckets more.
    const missing = [...new Set(kept.flatMap(({ missing }) => missing))].sort((a, b) => a - b)
    const gaps = missingWindows(missing, window.step)
    const reads = await Promise.all(gaps.map((gap) => fetchOnce(names, instance, gap, project)))

    const isRead = ({ time }: Bucket) => gaps.some(({ start, end }) => time >= start && time < end)
    return kept.map(({ buckets }, i) =>
      [...buckets.filter((bucket) => !isRead(bucket)), ...reads.flatMap((lists) => lists[i]!)].sort((a, b) => a.time - b.time))
  }
  return { series, stats: blocks.stats }
}
