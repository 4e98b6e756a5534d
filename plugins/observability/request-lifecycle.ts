import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls the listener at the end of each request. */
    onRequestEnd: (listener: RequestEndListener) => void
  }
  interface FastifyRequest {
    /** The reply until the request ends: Fastify's event for a disconnected client has the request alone. */
    pendingReply: FastifyReply | undefined
  }
}

/** Receives a request, its status, and its duration in milliseconds. */
type RequestEndListener = (request: FastifyRequest, status: number, ms: number) => void

/** nginx's status for a client that disconnected before the response. */
export const clientClosedRequest = 499

/**
 * Reports how each request ended, exactly once. It comes before everything that may reject or delay a
 * request.
 */
export default fp(async (app) => {
  const listeners: RequestEndListener[] = []
  app.decorate('onRequestEnd', (listener) => { listeners.push(listener) })
  app.decorateRequest('pendingReply', undefined)

  app.addHook('onRequest', (request, reply, done) => {
    request.pendingReply = reply
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode)
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    end(request, clientClosedRequest)
    done()
  })

  function end (request: FastifyRequest, status: number) {
    const { pendingReply } = request
    if (pendingReply === undefined) return
    request.pendingReply = undefined
    const ms = pendingReply.elapsedTime
    for (const listener of listeners) listener(request, status, ms)
  }
}, { name: 'request-lifecycle' })
