import fp from 'fastify-plugin'
import { createTelemetry } from '../lib/telemetry.js'
import type { Telemetry } from '../lib/telemetry.js'

declare module 'fastify' {
  interface FastifyInstance {
    telemetry: Telemetry
  }
}

/** What the service tells of itself, and the requests among that. */
export default fp(async (app) => {
  const { answered } = app.decorate('telemetry', createTelemetry()).telemetry
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    answered(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
    done()
  })
}, { name: 'telemetry' })
