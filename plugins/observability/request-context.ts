import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { globalRequestId } from '#lib/context/global-request-id.js'
import { runInContext } from '#lib/context/request-context.js'
import type { RequestContext } from '#lib/context/request-context.js'

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext | undefined
    /** Runs work in the context of this request, which upstreams receive. */
    runInContext: <Result>(work: () => Result) => Result
  }
}

/** The context of each request. A cached response needs none, so it is created on demand. */
export default fp(async (app) => {
  app.decorateRequest('context', undefined)
  app.decorateRequest('runInContext', function <Result> (this: FastifyRequest, work: () => Result) {
    this.context ??= { id: globalRequestId(this.headers) ?? this.id, trace: this.trace }
    return runInContext(this.context, work)
  })
}, { name: 'request-context', dependencies: ['tracing'] })
