import fp from 'fastify-plugin'
import { prometheusStore } from '#lib/config/metrics-store.js'
import type { PrometheusStore } from '#lib/config/metrics-store.js'
import { parseProxies } from '#lib/config/proxies.js'
import { durationMs, settleSeconds } from '#lib/config/settings.js'
import { trustedCertificates } from '#lib/config/upstream-tls.js'
import type { Profile } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { createPrometheus } from '#lib/metrics/prometheus/client.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    prometheus: MetricsStore | undefined
  }
}

/** Milliseconds for which the newest samples of an instance that has moved to another host may be missing. */
const maxInfoTtlMs = 30_000

/**
 * The client of a Prometheus API, without any cache: `app.metrics` is what routes use. `undefined` where
 * metrics are read from InfluxDB.
 */
export default fp(async (app) => {
  const { config, clock, telemetry, log } = app
  const store = prometheusStore(config)
  const pollMs = durationMs(config, 'METRICS_INTERVAL')
  const infoTtl = config.CACHE === 'on' ? Math.min(maxInfoTtlMs, settleSeconds(config)(0) * 1000) : 0
  const limits = { timeout: durationMs(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  app.decorate('prometheus', store && createClient(store))

  function createClient ({ url, profile: name }: PrometheusStore) {
    const profile = name && profiles[name]
    if (profile !== undefined) warnOfShortAge(profile)
    return app.reloadable((settings, observer) => {
      const tls = { ca: trustedCertificates(settings.OS_CACERT) }
      const dispatcher = createDispatcher(limits, tls, parseProxies(config))
      const client = createPrometheus(createUpstream(dispatcher, limits, observer), {
        url,
        username: settings.PROMETHEUS_USERNAME,
        password: settings.PROMETHEUS_PASSWORD,
        token: settings.PROMETHEUS_TOKEN,
        tenant: config.PROMETHEUS_TENANT,
        timeout: limits.timeout
      }, {
        clock, profile, pollSeconds: pollMs / 1000, infoTtl, onBatchSent: telemetry.batchSent, onDetected
      })
      return { client, dispatcher }
    })
  }

  function onDetected (profile: Profile, others: Profile[]) {
    log.info(
      { profile: profile.name, others: others.map(({ name }) => name) }, 'exporter of the metrics detected'
    )
    warnOfShortAge(profile)
  }

  /** A rate needs two polls. */
  function warnOfShortAge ({ name, polled = false }: Profile) {
    if (!polled || durationMs(config, 'METRICS_MAX_AGE') >= 2 * pollMs) return
    log.warn({ profile: name }, 'METRICS_MAX_AGE is under twice METRICS_INTERVAL: latest usages will be null')
  }
}, { name: 'prometheus-client', dependencies: ['config', 'prometheus', 'reload'] })
