import fp from 'fastify-plugin'
import type { AppOptions } from '../app.js'
import { createInflux } from '../lib/influx/client.js'
import type { Metrics } from '../lib/influx/client.js'
import { milliseconds } from '../lib/settings.js'
import { createDispatcher, createUpstream } from '../lib/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    influx: Metrics
  }
}

/** The InfluxDB client. */
export default fp<AppOptions>(async (app) => {
  const { config } = app
  const bounds = { timeout: milliseconds(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(bounds, { cacert: config.OS_CACERT })

  app.decorate('influx', createInflux(createUpstream(dispatcher, bounds), {
    url: config.INFLUX_URL,
    database: config.INFLUX_DATABASE,
    retentionPolicy: config.INFLUX_RETENTION_POLICY,
    username: config.INFLUX_USERNAME,
    password: config.INFLUX_PASSWORD,
    token: config.INFLUX_TOKEN
  }))
  app.addHook('onClose', () => dispatcher.destroy())
}, { name: 'influx', dependencies: ['config'] })
