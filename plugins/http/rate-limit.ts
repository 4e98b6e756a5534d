import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

/** Clients that are counted at once, about 2 MB of them. Beyond that the least recent one starts anew. */
const maxClients = 10_000

/**
 * Limits the requests of each client per minute, where the settings say so; of all replicas together with
 * Redis.
 */
export default fp(async (app) => {
  const { config: { RATE_LIMIT: max }, redis } = app
  if (max === undefined) return
  await app.register(rateLimit, {
    // Hooks of routes would run after the authentication, and not at all for unknown routes.
    global: false,
    max,
    timeWindow: 60_000,
    cache: maxClients,
    redis,
    nameSpace: `openstack-monitoring-api:rate-limit:${app.redisNamespace}:`,
    // While Redis is unavailable, the service responds without this limit.
    skipOnError: true,
    enableDraftSpec: true,
    keyGenerator: ({ clientKey }) => clientKey!,
    allowList: ({ clientKey }) => clientKey === undefined,
    errorResponseBuilder: () => new RequestRejected(429, 'Rate limit exceeded.')
  })
  app.addHook('onRequest', app.rateLimit())
}, { name: 'rate-limit', dependencies: ['client-key', 'config', 'redis'] })
