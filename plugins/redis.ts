import fp from 'fastify-plugin'
import type { Shared } from '../lib/turns.js'
import { readCloud } from '../lib/openstack/clouds.js'
import { connect } from '../lib/redis/connection.js'
import type { Connection, Listener } from '../lib/redis/connection.js'
import { deploymentOf } from '../lib/redis/deployment.js'
import { version } from '../lib/redis/form.js'
import type { Form } from '../lib/redis/form.js'
import { tellOutages } from '../lib/redis/outages.js'
import { shareOver } from '../lib/redis/shared.js'
import { parseRedisUrl } from '../lib/redis/url.js'
import { milliseconds } from '../lib/settings.js'
import { trust } from '../lib/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The connection that REDIS_URL names. While it is not ready, its commands fail at once. */
    redis: Connection | undefined
    /** Where values of a kind are shared with other processes, if anywhere. */
    share: <V>(kind: string, form: Form<V>) => Shared<V> | undefined
  }
}

/** The connection to Redis, if there is to be one, and what processes share through it. Without it each reads for itself. */
export default fp(async (app) => {
  const { config, clock, log, telemetry } = app
  const { REDIS_URL, OS_CACERT } = config
  const staleLimit = milliseconds(config, 'STALE_LIMIT')
  const prefix = REDIS_URL && `openstack-monitoring-api:${version}:${deploymentOf(config, readCloud(config))}`
  const outages = tellOutages(log)
  const listener: Listener = {
    ready: outages.ready,
    failed (err) {
      telemetry.redisFailed()
      outages.failed(err)
    }
  }
  // Last, so that no connection is left behind where a setting makes no sense.
  const redis = REDIS_URL === undefined ? undefined : connect(parseRedisUrl(REDIS_URL), listener, trust(OS_CACERT))

  app.decorate<Connection | undefined>('redis', redis)
  app.decorate('share', (kind, form) => redis && shareOver(redis, {
    prefix: `${prefix}:${kind}`, form, staleLimit, now: clock.now, failed: listener.failed
  }))
  app.addHook('onClose', async () => { redis?.disconnect() })
}, { name: 'redis', dependencies: ['config'] })
