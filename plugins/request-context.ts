import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { globalRequestId } from '../lib/global-request-id.js'
import { within } from '../lib/request-context.js'
import type { RequestContext } from '../lib/request-context.js'

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext | undefined
    /** Does something in the context of this request, whose upstreams are told of it. */
    within: <Result>(work: () => Result) => Result
  }
}

/** For whom things are done. An answer that is kept needs none of that, and pays for none. */
export default fp(async (app) => {
  const { SERVER_TIMING } = app.config
  app.decorateRequest('context', undefined)
  app.decorateRequest('within', function <Result> (this: FastifyRequest, work: () => Result) {
    this.context ??= { id: globalRequestId(this.headers) ?? this.id, trace: this.trace, ...(SERVER_TIMING && { waits: [] }) }
    return within(this.context, work)
  })
}, { name: 'request-context', dependencies: ['config', 'tracing'] })
