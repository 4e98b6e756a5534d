import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { globalRequestId } from '#lib/context/global-request-id.js'
import { runInContext } from '#lib/context/request-context.js'
import type { RequestContext } from '#lib/context/request-context.js'

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext | undefined
    /** Does something in the context of this request, whose upstreams are told of it. */
    runInContext: <Result>(work: () => Result) => Result
  }
}

/** For whom things are done. An answer that is kept needs none of that, and pays for none. */
export default fp(async (app) => {
  app.decorateRequest('context', undefined)
  app.decorateRequest('runInContext', function <Result> (this: FastifyRequest, work: () => Result) {
    this.context ??= { id: globalRequestId(this.headers) ?? this.id, trace: this.trace }
    return runInContext(this.context, work)
  })
}, { name: 'request-context', dependencies: ['tracing'] })
