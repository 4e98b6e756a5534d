import cors from '@fastify/cors'
import fp from 'fastify-plugin'
import { parseCorsOrigins } from '#lib/config/cors-origins.js'

/** Seconds that a browser need not ask again whether it may ask. */
const maxAge = 600

/** Lets the pages of other origins read the answers, where the settings name any. */
export default fp(async (app) => {
  const { CORS_ORIGINS } = app.config
  const origin = parseCorsOrigins(CORS_ORIGINS)
  if (origin.length === 0) return
  await app.register(cors, {
    origin,
    methods: ['GET', 'HEAD'],
    allowedHeaders: ['Authorization', 'If-None-Match', 'Traceparent', 'Tracestate', 'X-Auth-Token', 'X-Openstack-Request-Id'],
    exposedHeaders: [
      'Age', 'ETag', 'Link', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After', 'X-Openstack-Request-Id'
    ],
    maxAge,
    // Whatever else asks for OPTIONS is answered like one that asks to ask, and not with a text of this library's.
    strictPreflight: false
  })
  // An answer says what it varies by when it is made, and then it also varies by this.
  app.addHook('onSend', (request, reply, payload, done) => {
    const vary = String(reply.getHeader('vary'))
    if (!/\borigin\b/i.test(vary)) reply.header('vary', `${vary}, origin`)
    done()
  })
}, { name: 'cors', dependencies: ['config'] })
