import fp from 'fastify-plugin'
import { keepBuckets } from '../lib/buckets.js'
import { createInflux } from '../lib/influx/client.js'
import type { Metrics } from '../lib/influx/client.js'
import { keepLoads } from '../lib/loads.js'
import type { KeptLoads } from '../lib/loads.js'
import { milliseconds, settleTime } from '../lib/settings.js'
import { createDispatcher, createUpstream } from '../lib/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    influx: Omit<Metrics, 'latest'> & Pick<KeptLoads, 'latest'>
  }
}

/** What kept buckets may take: some 500 series of a week in buckets of 5 minutes, or 2,000 of a day. A series is one metric of one instance. */
const bytes = 16 * 1024 * 1024

/** The InfluxDB client, which keeps the buckets that no longer change, and loads for when it cannot be asked. */
export default fp(async (app) => {
  const { config, clock: { now }, telemetry } = app
  const bounds = { timeout: milliseconds(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(bounds, { cacert: config.OS_CACERT })

  const influx = createInflux(createUpstream(dispatcher, bounds, telemetry.calls), {
    url: config.INFLUX_URL,
    database: config.INFLUX_DATABASE,
    retentionPolicy: config.INFLUX_RETENTION_POLICY,
    username: config.INFLUX_USERNAME,
    password: config.INFLUX_PASSWORD,
    token: config.INFLUX_TOKEN
  }, undefined, telemetry.batched)
  const keep = config.CACHE === 'on'
  const buckets = keepBuckets(influx, { bytes, settle: settleTime(config), now })
  // Half of an answer's lifetime, like a quota's.
  const loads = keepLoads(influx, { ttl: keep ? milliseconds(config, 'INSTANCES_TTL') / 2 : 0, maxAge: milliseconds(config, 'METRICS_MAX_AGE') }, now)
  telemetry.queue('series', influx.waiting)
  telemetry.cache('buckets', buckets.counts)
  telemetry.cache('loads', loads.counts)

  app.decorate('influx', { ...influx, series: keep ? buckets.series : influx.series, latest: loads.latest })
  app.addHook('onClose', () => dispatcher.destroy())
}, { name: 'influx', dependencies: ['config'] })
