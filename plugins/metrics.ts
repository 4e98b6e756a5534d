import fp from 'fastify-plugin'
import { durationMs, settleSeconds } from '#lib/config/settings.js'
import { cacheLatest } from '#lib/metrics/latest-cache.js'
import type { LatestCache } from '#lib/metrics/latest-cache.js'
import { cacheSeries, jsonOf } from '#lib/metrics/series-cache.js'
import type { ReadJson } from '#lib/metrics/series-cache.js'
import type { MetricsStore } from '#lib/metrics/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Omit<MetricsStore, 'latest'> & Pick<LatestCache, 'latest'> & {
      seriesJson: ReadJson
      /** Milliseconds up to which a sample counts as the latest usage. */
      maxAge: number
    }
  }
}

/**
 * Bytes of cached buckets: with their JSON about 200 series of a week in buckets of 5 minutes, 1,200 of a
 * day, or 3,000 of an hour by the minute where each is in two blocks. A series is one metric of one instance.
 */
const maxBytes = 26 * 1024 * 1024

/** The metrics store in use, with a cache of settled buckets and one of latest samples. */
export default fp(async (app) => {
  const { config, clock: { now }, telemetry } = app
  const store = app.prometheus ?? app.influx
  const cached = config.CACHE === 'on'
  // Half of a response's lifetime, like a quota: a refreshed response never shows samples of the response
  // before.
  const tailTtl = durationMs(config, 'SERIES_TTL') / 2
  const seriesCache = cacheSeries(store, { maxBytes, settle: settleSeconds(config), tailTtl, now })
  const ttl = cached ? durationMs(config, 'INSTANCES_TTL') / 2 : 0
  const maxAge = durationMs(config, 'METRICS_MAX_AGE')
  const latest = cacheLatest(store, { ttl, maxAge }, now)
  telemetry.addQueue('series', store.queued)
  telemetry.addCache('buckets', seriesCache.stats)
  telemetry.addCache('latest', latest.stats)

  const { series, seriesJson, seriesOfMany } = cached ? seriesCache : { ...store, seriesJson: jsonOf(store) }
  app.decorate('metrics', { ...store, series, seriesJson, seriesOfMany, latest: latest.latest, maxAge })
}, { name: 'metrics', dependencies: ['config', 'influx', 'prometheus', 'prometheus-client'] })
