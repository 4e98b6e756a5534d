import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Forbidden, InvalidParameters, RequestRejected, Unauthorized } from '#lib/errors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the rate limit has counted the request. */
    isCounted: boolean
  }
}

/** Clients that are counted at once, about 2 MB of them. Beyond that the least recent one starts anew. */
const maxClients = 10_000

/** The failures of an authentication that count for the client. Keystone's own do not. */
const failures = [Unauthorized, Forbidden, InvalidParameters]

/**
 * Limits the requests of each client per minute, where the settings say so; of all replicas together with
 * Redis. A request counts once: for its caller when its token is valid, else for its address. Users behind
 * one address do therefore not use up each other's requests.
 */
export default fp(async (app) => {
  const { config: { RATE_LIMIT: max, AUTH }, redis } = app
  if (max === undefined) return
  await app.register(rateLimit, {
    global: false,
    max,
    timeWindow: 60_000,
    cache: maxClients,
    redis,
    nameSpace: `openstack-monitoring-api:rate-limit:${app.redisNamespace}:`,
    // While Redis is unavailable, the service responds without this limit.
    skipOnError: true,
    keyGenerator: ({ clientKey }) => clientKey!,
    allowList: ({ clientKey }) => clientKey === undefined
  })
  const limiter = app.createRateLimit()
  app.decorateRequest('isCounted', false)

  app.addHook('onRequest', async (request, reply) => {
    // An address that has used up its requests gets no token validated.
    const { caller, routeOptions: { config } } = request
    const isKnown = AUTH === 'none' || config.public === true || caller !== undefined
    if (await isUsedUp(request, reply, isKnown)) throw rejection()
  })
  // The token is validated, and the caller known.
  app.addHook('preParsing', async (request, reply) => {
    if (!request.isCounted && await isUsedUp(request, reply)) throw rejection()
  })
  app.addHook('onError', async (request, reply, err) => {
    if (!request.isCounted && failures.some((kind) => err instanceof kind)) await isUsedUp(request, reply)
  })

  /**
   * Whether a client has used up its requests: with this one, or before it where it is not counted. The
   * response gets the headers of the limit.
   */
  async function isUsedUp (request: FastifyRequest, reply: FastifyReply, increment = true) {
    request.isCounted = increment
    const state = await limiter(request, { increment })
    if (state.isAllowed) return false
    const { remaining, ttlInSeconds } = state
    reply.headers({
      'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': ttlInSeconds
    })
    const usedUp = increment ? state.isExceeded : remaining === 0
    if (usedUp) reply.header('retry-after', ttlInSeconds)
    return usedUp
  }
}, { name: 'rate-limit', dependencies: ['client-key', 'config', 'redis'] })

const rejection = () => new RequestRejected(429, 'Rate limit exceeded.')
