import fp from 'fastify-plugin'
import type { AppOptions } from '../app.js'
import { keepBuckets } from '../lib/buckets.js'
import { createInflux } from '../lib/influx/client.js'
import type { Metrics } from '../lib/influx/client.js'
import { milliseconds, settleTime } from '../lib/settings.js'
import { createDispatcher, createUpstream } from '../lib/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    influx: Metrics
  }
}

/** What kept buckets may take: some 2,000 series of a week in buckets of 5 minutes, or 8,500 of a day. A series is one metric of one instance. */
const bytes = 64 * 1024 * 1024

/** The InfluxDB client, which keeps the buckets that no longer change. */
export default fp<AppOptions>(async (app) => {
  const { config, clock: { now } } = app
  const bounds = { timeout: milliseconds(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(bounds, { cacert: config.OS_CACERT })

  const influx = createInflux(createUpstream(dispatcher, bounds), {
    url: config.INFLUX_URL,
    database: config.INFLUX_DATABASE,
    retentionPolicy: config.INFLUX_RETENTION_POLICY,
    username: config.INFLUX_USERNAME,
    password: config.INFLUX_PASSWORD,
    token: config.INFLUX_TOKEN
  })
  const kept = { ...influx, series: keepBuckets(influx, { bytes, settle: settleTime(config), now }) }

  app.decorate('influx', config.CACHE === 'on' ? kept : influx)
  app.addHook('onClose', () => dispatcher.destroy())
}, { name: 'influx', dependencies: ['config'] })
