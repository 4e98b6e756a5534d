import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseTraceContext } from '#lib/context/trace-context.js'
import type { TraceContext } from '#lib/context/trace-context.js'
import { tracesUrl } from '#lib/observability/traces-url.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client's trace, to be forwarded to upstreams; `undefined` where OpenTelemetry forwards its own. */
    trace: TraceContext | undefined
  }
}

/**
 * Takes part in traces where there is a receiver for spans. Otherwise it forwards the trace context of
 * clients.
 */
export default fp(async (app) => {
  const url = tracesUrl(app.config)
  app.decorateRequest('trace', undefined)
  const traceIdOf = url === undefined ? forwardTraceContext : await createSpans(app, url)

  app.addHook('onRequest', (request, reply, done) => {
    const traceId = traceIdOf(request)
    if (traceId !== undefined) request.log = reply.log = request.log.child({ traceId })
    done()
  })
}, { name: 'tracing', dependencies: ['config'] })

function forwardTraceContext (request: FastifyRequest) {
  request.trace = parseTraceContext(request.headers)
  return request.trace?.traceId
}

/** Loads OpenTelemetry's SDK, which is large, only here. */
async function createSpans (app: FastifyInstance, url: string) {
  const [{ FastifyOtelInstrumentation }, { exportSpans }] = await Promise.all([
    import('@fastify/otel'), import('#lib/observability/opentelemetry.js')
  ])
  app.addHook('onClose', exportSpans(url, (reason) => app.log.warn({ reason }, 'span export failed')))
  const requests = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    recordExceptions: false,
    requestHook (span, { method, url, routeOptions }) {
      span.updateName(routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`)
      // Without the query: an invalid one may be a misplaced secret.
      span.setAttribute('url.path', url.split('?', 1)[0]!)
    }
  })
  await app.register(requests.plugin())
  return (request: FastifyRequest) => request.opentelemetry().span?.spanContext().traceId
}
