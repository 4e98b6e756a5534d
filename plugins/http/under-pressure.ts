import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { durationMs } from '#lib/config/settings.js'
import { RequestRejected } from '#lib/errors.js'

/**
 * Share of V8's heap that may be used. From 80 % on V8 may end the process, because it frees little memory
 * again and again.
 */
const maxHeapShare = 0.75

/** Milliseconds between two log lines about the same overload. */
const logIntervalMs = 10_000

/**
 * Rejects requests while the process is overloaded, before they cost anything. Health checks and /metrics are
 * exempt.
 */
export default fp(async (app) => {
  const { config, clock: { now } } = app
  // One instance: the creation of an error costs more than its response.
  const overloaded = new RequestRejected(503, 'The service is overloaded.')
  let loggedAt = -Infinity

  await app.register(underPressure, {
    // A request to an upstream takes several turns of the event loop: with longer ones, responses that came
    // in time would count as timeouts.
    maxEventLoopDelay: durationMs(config, 'OVERLOAD_DELAY'),
    maxHeapUsedBytes: maxHeapShare * getHeapStatistics().heap_size_limit,
    async pressureHandler (request, reply, type) {
      if (request.routeOptions.config.limited === false) return
      if (now() >= loggedAt + logIntervalMs) {
        loggedAt = now()
        app.log.warn({ pressure: type }, 'overloaded: requests are rejected')
      }
      throw overloaded
    }
  })
}, { name: 'under-pressure', dependencies: ['config'] })
