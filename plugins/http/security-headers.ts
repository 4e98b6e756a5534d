import type { OutgoingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'

/** Security headers on every response. */
export default fp<{ headers: OutgoingHttpHeaders }>(async (app, { headers }) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    done()
  })
}, { name: 'security-headers' })
