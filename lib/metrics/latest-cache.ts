import type { LatestSample, MetricsStore } from './store.js'
import { createCache } from '#lib/cache/cache.js'
import type { CachedValue, Clock } from '#lib/cache/cache.js'
import type { Metric } from './usages.js'

export interface LatestCacheOptions {
  /** Milliseconds that loads are fresh. */
  ttl: number
  /** Milliseconds that a sample may be old and still be the present load. */
  maxAge: number
}

/** A load of each instance for each metric, by id. */
export type LatestSamples = Array<Map<string, LatestSample>>

/** The bytes of what is kept, and of one load: room for both metrics of 20,000 instances. */
const bytes = 8 * 1024 * 1024
const loadBytes = 192

/**
 * The present loads of a list of instances, kept for when they cannot be read again: a load stands in until its samples are too old to be
 * present, and is left out from then on. @throws UpstreamError
 */
export function cacheLatest ({ latest }: Pick<MetricsStore, 'latest'>, { ttl, maxAge }: LatestCacheOptions, now: Clock['now']) {
  const sizeOf = (loads: LatestSamples) => loads.reduce((sum, { size }) => sum + size * loadBytes, loadBytes)
  // A failed read is told with the loads that stand in for it.
  const cache = createCache<LatestSamples>({ maxBytes: bytes, sizeOf, staleIfError: maxAge }, { now, onBackgroundError () {} })
  const isPresent = ({ time }: LatestSample) => time * 1000 >= now() - maxAge

  async function readLatest (metrics: Metric[], instances: string[], project?: string): Promise<CachedValue<LatestSamples>> {
    const key = [project, metrics, instances].join(' ')
    const dated = await cache.get(key, { ttl }, async () =>
      ({ value: await latest(metrics, instances, now() - maxAge, project), complete: true }))
    if (dated.failure === undefined) return dated
    return { ...dated, value: dated.value.map((loads) => new Map([...loads].filter(([, load]) => isPresent(load)))) }
  }

  return { latest: readLatest, stats: cache.stats }
}

export type LatestCache = ReturnType<typeof cacheLatest>
