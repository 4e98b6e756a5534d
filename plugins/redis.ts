import fp from 'fastify-plugin'
import type { Codec } from '#lib/cache/codec.js'
import type { SharedStore } from '#lib/cache/shared-store.js'
import { responseSettings } from '#lib/config/settings.js'
import { trustedCertificates } from '#lib/config/upstream-tls.js'
import { cloudIdentity, readCloud } from '#lib/openstack/clouds-yaml.js'
import { connect } from '#lib/redis/connection.js'
import type { Connection, ConnectionListener } from '#lib/redis/connection.js'
import { keyNamespace } from '#lib/redis/key-namespace.js'
import { logOutages } from '#lib/redis/outage-log.js'
import { formatVersion } from '#lib/redis/sealed-value.js'
import { createRedisStore } from '#lib/redis/shared-store.js'
import { parseRedisUrl } from '#lib/redis/url.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The connection that REDIS_URL names. While it is not ready, its commands fail at once. */
    redis: Connection | undefined
    /** Separates the keys of processes that must not share: see lib/redis/key-namespace. */
    redisNamespace: string
    /**
     * The store in which processes share values of a kind; `undefined` without Redis.
     * @param maxBytes the bytes of this process's values, where nothing else bounds them
     */
    sharedStore: <V>(kind: string, codec: Codec<V>, maxBytes?: number) => SharedStore<V> | undefined
  }
}

/**
 * The connection to Redis, and what processes share through it. Without REDIS_URL each process caches for
 * itself.
 */
export default fp(async (app) => {
  const { config, clock, log, telemetry } = app
  const { REDIS_URL, OS_CACERT } = config
  const namespace = keyNamespace([cloudIdentity(readCloud(config)), responseSettings(config)])
  const outageLog = logOutages(log)
  const listener: ConnectionListener = {
    ready: outageLog.ready,
    failed (err) {
      telemetry.redisFailed()
      outageLog.failed(err)
    }
  }
  // Last: an invalid setting must not leave a connection open.
  const redis = REDIS_URL === undefined
    ? undefined
    : connect(parseRedisUrl(REDIS_URL), listener, trustedCertificates(OS_CACERT))

  app.decorate<Connection | undefined>('redis', redis)
  app.decorate('redisNamespace', namespace)
  app.decorate('sharedStore', (kind, codec, maxBytes) => redis && createRedisStore(redis, {
    prefix: `openstack-monitoring-api:${formatVersion}:${namespace}:${kind}`,
    codec,
    maxBytes,
    now: clock.now,
    onError: listener.failed
  }))
  app.addHook('onClose', async () => { redis?.disconnect() })
}, { name: 'redis', dependencies: ['config', 'prometheus'] })
