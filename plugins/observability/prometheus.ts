import fp from 'fastify-plugin'
import { createTelemetry } from '#lib/observability/prometheus.js'
import type { Telemetry } from '#lib/observability/prometheus.js'

declare module 'fastify' {
  interface FastifyInstance {
    telemetry: Telemetry
  }
}

/** The service's own metrics. */
export default fp(async (app) => {
  const telemetry = createTelemetry()
  app.decorate('telemetry', telemetry)
  app.onRequestEnd(({ method, routeOptions }, status, ms) =>
    telemetry.requestCompleted(method, routeOptions.url ?? 'none', status, ms / 1000))
}, { name: 'prometheus', dependencies: ['request-lifecycle'] })
