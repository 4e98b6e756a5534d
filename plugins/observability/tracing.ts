import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseTraceContext } from '#lib/context/trace-context.js'
import type { TraceContext } from '#lib/context/trace-context.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace that its caller says a request belongs to, for upstreams to be told of; `undefined` where OpenTelemetry tells them. */
    trace: TraceContext | undefined
  }
}

/** Follows traces: takes part in them where there is somebody to send spans to, or else passes the callers' on. */
export default fp(async (app) => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = app.config
  app.decorateRequest('trace', undefined)
  const follow = endpoint === undefined ? passOn : await takePart(app, endpoint)

  app.addHook('onRequest', (request, reply, done) => {
    const traceId = follow(request)
    if (traceId !== undefined) request.log = reply.log = request.log.child({ traceId })
    done()
  })
}, { name: 'tracing', dependencies: ['config'] })

function passOn (request: FastifyRequest) {
  request.trace = parseTraceContext(request.headers)
  return request.trace?.traceId
}

/** Loads OpenTelemetry, which is large, and nothing of it otherwise. */
async function takePart (app: FastifyInstance, endpoint: string) {
  const [{ FastifyOtelInstrumentation }, { exportSpans }] = await Promise.all([import('@fastify/otel'), import('#lib/observability/opentelemetry.js')])
  app.addHook('onClose', exportSpans(endpoint, (reason) => app.log.warn({ reason }, 'spans could not be sent')))
  const requests = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    recordExceptions: false,
    requestHook (span, { method, url, routeOptions }) {
      span.updateName(routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`)
      // Without the query: what is not understood in it may be a secret gone astray.
      span.setAttribute('url.path', url.split('?', 1)[0]!)
    }
  })
  await app.register(requests.plugin())
  return (request: FastifyRequest) => request.opentelemetry().span?.spanContext().traceId
}
