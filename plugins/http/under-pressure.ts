import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

/**
 * Milliseconds that the event loop may be late, on the mean of a second. A call to an upstream takes it some turns: later than this, calls would
 * come to seem too slow (`UPSTREAM_TIMEOUT`) that were answered in time. One long turn among others, such as a pause of the machine's, is none.
 */
const maxEventLoopDelay = 1_000

/**
 * Of the memory that V8 allows itself, the share that may be in use. From 80 % on it ends the process once it has looked for some to free
 * again and again and found little.
 */
const heapShare = 0.75

/** Milliseconds between two lines of the log about the same pressure. */
const period = 10_000

/** Refuses requests while there is more to do than can be done, before they cost anything; but tells those who watch the service that it lives. */
export default fp(async (app) => {
  const { now } = app.clock
  const maxHeapUsed = heapShare * getHeapStatistics().heap_size_limit
  // One for all: to make an error costs more than to answer with it.
  const refusal = new RequestRejected(503, 'The service is overloaded.')
  let toldAt = -Infinity

  // This only measures: its own hook would look at the options of each request's route, which are put together anew each time.
  await app.register(underPressure)
  app.addHook('onRequest', (request, reply, done) => {
    const { eventLoopDelay, heapUsed } = app.memoryUsage()
    const pressure = eventLoopDelay > maxEventLoopDelay ? 'the event loop is late' : heapUsed > maxHeapUsed ? 'the heap is full' : undefined
    if (pressure === undefined || request.routeOptions.config.limited === false) return done()
    if (now() >= toldAt + period) {
      toldAt = now()
      app.log.warn({ pressure }, 'there is more to do than can be done: requests are refused')
    }
    done(refusal)
  })
}, { name: 'under-pressure', dependencies: ['config'] })
