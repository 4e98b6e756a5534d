import { createCache } from '#lib/cache/cache.js'
import type { CachedValue, Clock } from '#lib/cache/cache.js'
import type { LatestSample, MetricsStore, ProjectOrOwners } from './store.js'
import type { Metric } from './usages.js'

export interface LatestCacheOptions {
  /** Milliseconds for which samples are fresh. */
  ttl: number
  /** Milliseconds up to which a sample counts as the latest usage. */
  maxAge: number
}

/** One map for each metric: the latest sample of each instance, by id. */
export type LatestSamples = Array<Map<string, LatestSample>>

/** Bytes of the cache, and of one sample: room for both metrics of 20,000 instances. */
const maxBytes = 8 * 1024 * 1024
const sampleBytes = 192

/**
 * The latest samples of a list of instances, cached for the time when they cannot be fetched. A stale sample
 * is served until it is older than `maxAge`, and left out from then on.
 */
export function cacheLatest (
  { latest }: Pick<MetricsStore, 'latest'>, { ttl, maxAge }: LatestCacheOptions, now: Clock['now']
) {
  const sizeOf = (samples: LatestSamples) =>
    samples.reduce((sum, { size }) => sum + size * sampleBytes, sampleBytes)
  // A failed refresh is reported with the response that its stale samples go into.
  const cache = createCache<LatestSamples>(
    { maxBytes, sizeOf, staleIfError: maxAge }, { now, onBackgroundError () {} }
  )
  const isRecent = ({ time }: LatestSample) => time * 1000 >= now() - maxAge

  /** @throws UpstreamError */
  async function cachedLatest (
    metrics: Metric[], instances: string[], project?: ProjectOrOwners
  ): Promise<CachedValue<LatestSamples>> {
    const owners = typeof project === 'object' ? instances.map((id) => project.get(id)) : project
    const key = [owners, metrics, instances].join(' ')
    const result = await cache.get(key, { ttl }, async () =>
      ({ value: await latest(metrics, instances, now() - maxAge, project), complete: true }))
    if (result.failure === undefined) return result
    const recent = result.value.map(
      (samples) => new Map([...samples].filter(([, sample]) => isRecent(sample)))
    )
    return { ...result, value: recent }
  }

  return { latest: cachedLatest, stats: cache.stats }
}

export type LatestCache = ReturnType<typeof cacheLatest>
