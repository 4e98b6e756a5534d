import type { OutgoingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'

/** Security headers on every answer: those of a service that is no page. The page at /docs has a policy of its own. */
export default fp<{ headers: OutgoingHttpHeaders }>(async (app, { headers }) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    done()
  })
}, { name: 'security-headers' })
