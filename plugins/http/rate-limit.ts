import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

/** Callers who are counted at once, some 2 MB of them. With more, those who have not asked for longest start anew. */
const mostCallers = 10_000

/** Bounds what each caller asks in a minute, where the settings say how much; in all replicas together where they share a Redis. */
export default fp(async (app) => {
  const { config, redis } = app
  const { RATE_LIMIT: max } = config
  if (max === undefined) return
  await app.register(rateLimit, {
    // A hook on each route would come after all others, and so after the caller's token was asked for, and not at all where there is no route.
    global: false,
    max,
    timeWindow: 60_000,
    cache: mostCallers,
    redis,
    nameSpace: `openstack-monitoring-api:rate-limit:${app.redisNamespace}:`,
    // While Redis is away, the service answers on, without this bound.
    skipOnError: true,
    enableDraftSpec: true,
    keyGenerator: ({ clientKey }) => clientKey!,
    allowList: ({ clientKey }) => clientKey === undefined,
    errorResponseBuilder: () => new RequestRejected(429, 'Rate limit exceeded.')
  })
  app.addHook('onRequest', app.rateLimit())
}, { name: 'rate-limit', dependencies: ['client-key', 'config', 'redis'] })
