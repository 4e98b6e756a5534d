import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { RequestRejected } from '#lib/errors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client that the concurrency limit counts the request for, while it is in flight. */
    inFlightFor: string | undefined
  }
}

/**
 * Limits the concurrent requests of each client, where the settings say so. A request counts for its address
 * until its token is validated, and then for its caller.
 */
export default fp(async (app) => {
  const { CONCURRENCY_LIMIT: limit } = app.config
  if (limit === undefined) return
  const inFlight = new Map<string, number>()
  app.decorateRequest('inFlightFor', undefined)

  app.addHook('onRequest', (request, reply, done) => {
    const { clientKey, raw } = request
    if (clientKey === undefined) return done()
    if (!enter(clientKey)) return done(rejection(reply))
    request.inFlightFor = clientKey
    // In Node 20 a response that waits behind another one never closes when the connection does; its request
    // does.
    for (const side of [raw, reply.raw]) {
      side.once('close', () => {
        leave(request.inFlightFor)
        request.inFlightFor = undefined
      })
    }
    done()
  })
  // After the authentication.
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { clientKey, inFlightFor } = request
    if (inFlightFor === undefined || clientKey === inFlightFor) return done()
    if (!enter(clientKey!)) return done(rejection(reply))
    leave(inFlightFor)
    request.inFlightFor = clientKey
    done()
  })

  function enter (client: string) {
    const count = inFlight.get(client) ?? 0
    if (count < limit!) inFlight.set(client, count + 1)
    return count < limit!
  }

  function leave (client: string | undefined) {
    if (client === undefined) return
    const remaining = inFlight.get(client)! - 1
    if (remaining === 0) inFlight.delete(client)
    else inFlight.set(client, remaining)
  }
}, { name: 'concurrency-limit', dependencies: ['client-key', 'config'] })

function rejection (reply: FastifyReply) {
  reply.header('retry-after', 1)
  return new RequestRejected(429, 'Too many concurrent requests.')
}
