import fp from 'fastify-plugin'
import { securityHeaders } from '../lib/security-headers.js'

/** Security headers on every answer: those of a service that is no page. The page at /docs has a policy of its own. */
export default fp(async (app) => {
  const headers = securityHeaders(app.config.TLS_CERT !== undefined)
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    done()
  })
}, { name: 'headers', dependencies: ['config'] })
