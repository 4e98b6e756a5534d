import fp from 'fastify-plugin'
import { createTelemetry } from '#lib/observability/prometheus.js'
import type { Telemetry } from '#lib/observability/prometheus.js'

declare module 'fastify' {
  interface FastifyInstance {
    telemetry: Telemetry
  }
}

/** What the service tells of itself, and the requests among that. */
export default fp(async (app) => {
  const { ended } = app.decorate('telemetry', createTelemetry()).telemetry
  app.onRequestEnd(({ method, routeOptions }, status, ms) => ended(method, routeOptions.url ?? 'none', status, ms / 1000))
}, { name: 'prometheus', dependencies: ['request-lifecycle'] })
