import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Has somebody told of each request when it is over. */
    onRequestEnd: (tell: RequestEndListener) => void
  }
  interface FastifyRequest {
    /** Its answer, until it is over: of a caller who leaves Fastify tells the request alone. */
    pending: FastifyReply | undefined
  }
}

/** Told of a request what it was answered with, or that its caller has left, and after how many milliseconds. */
type RequestEndListener = (request: FastifyRequest, status: number, ms: number) => void

/** The status of what nobody waited for, as nginx has it: no answer has it. */
export const clientClosedRequest = 499

/** How requests end, each once. Before all that may refuse or hold up a request, so that each is known. */
export default fp(async (app) => {
  const endings: RequestEndListener[] = []
  app.decorate('onRequestEnd', (tell) => { endings.push(tell) })
  app.decorateRequest('pending', undefined)

  app.addHook('onRequest', (request, reply, done) => {
    request.pending = reply
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
    const { pending } = request
    if (pending === undefined) return
    request.pending = undefined
    const ms = pending.elapsedTime
    for (const tell of endings) tell(request, status, ms)
  }
}, { name: 'request-lifecycle' })
