import fp from 'fastify-plugin'
import { parseProxies } from '#lib/config/proxies.js'
import { durationMs } from '#lib/config/settings.js'
import { trustedCertificates } from '#lib/config/upstream-tls.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import { createInfluxPerProject, isPerProject } from '#lib/metrics/influxdb/project-databases.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    influx: MetricsStore
  }
}

/** The InfluxDB client, without any cache: `app.metrics` is what routes use. */
export default fp(async (app) => {
  const { config, telemetry, clock: { now } } = app
  const limits = { timeout: durationMs(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const create = isPerProject(config.INFLUX_DATABASE) ? createInfluxPerProject : createInflux

  app.decorate('influx', app.reloadable((settings, observer) => {
    const tls = { ca: trustedCertificates(settings.OS_CACERT) }
    const dispatcher = createDispatcher(limits, tls, parseProxies(config))
    const client = create(createUpstream(dispatcher, limits, observer), {
      url: config.INFLUX_URL ?? 'http://127.0.0.1:8086',
      database: config.INFLUX_DATABASE,
      retentionPolicy: config.INFLUX_RETENTION_POLICY,
      username: settings.INFLUX_USERNAME,
      password: settings.INFLUX_PASSWORD,
      token: settings.INFLUX_TOKEN
    }, { onBatchSent: telemetry.batchSent, now })
    return { client, dispatcher }
  }))
}, { name: 'influx', dependencies: ['config', 'prometheus', 'reload'] })
