import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

/** Limits the concurrent requests of each client, where the settings say so. */
export default fp(async (app) => {
  const { CONCURRENCY_LIMIT: limit } = app.config
  if (limit === undefined) return
  const inFlight = new Map<string, number>()

  app.addHook('onRequest', ({ clientKey, raw }, reply, done) => {
    if (clientKey === undefined) return done()
    const count = inFlight.get(clientKey) ?? 0
    if (count >= limit) {
      reply.header('retry-after', 1)
      return done(new RequestRejected(429, 'Too many concurrent requests.'))
    }
    inFlight.set(clientKey, count + 1)
    let released = false
    // In Node 20 a response that waits behind another one never closes when the connection does; its request
    // does.
    for (const side of [raw, reply.raw]) side.once('close', release)
    done()

    function release () {
      if (released) return
      released = true
      const remaining = inFlight.get(clientKey!)! - 1
      if (remaining === 0) inFlight.delete(clientKey!)
      else inFlight.set(clientKey!, remaining)
    }
  })
}, { name: 'concurrency-limit', dependencies: ['client-key', 'config'] })
