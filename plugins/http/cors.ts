import cors from '@fastify/cors'
import type { FastifyCorsOptionsDelegateCallback } from '@fastify/cors'
import fp from 'fastify-plugin'
import { parseCorsOrigins } from '#lib/config/cors-origins.js'

/** Seconds for which a browser may cache a preflight response. */
const preflightMaxAge = 600

/** Lets pages of other origins read responses, where the settings name any. */
export default fp(async (app) => {
  const origin = parseCorsOrigins(app.config.CORS_ORIGINS)
  if (origin.length === 0) return
  const options = {
    origin,
    methods: ['GET', 'HEAD'],
    allowedHeaders: [
      'Authorization', 'If-None-Match', 'Traceparent', 'Tracestate', 'X-Auth-Token', 'X-Openstack-Request-Id'
    ],
    exposedHeaders: [
      'Age', 'ETag', 'Incomplete', 'Link', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset',
      'Retry-After', 'X-Openstack-Request-Id'
    ],
    maxAge: preflightMaxAge,
    strictPreflight: false
  }
  // Only a preflight request ends here; any other OPTIONS request goes to its route.
  const delegator: FastifyCorsOptionsDelegateCallback = ({ headers }, callback) =>
    callback(null, { ...options, preflight: 'access-control-request-method' in headers })
  await app.register(cors, { delegator })
  // A handler sets `vary` when it responds; the response then varies by the origin as well.
  app.addHook('onSend', (request, reply, payload, done) => {
    const vary = String(reply.getHeader('vary'))
    if (!/\borigin\b/i.test(vary)) reply.header('vary', `${vary}, origin`)
    done()
  })
}, { name: 'cors', dependencies: ['config'] })
