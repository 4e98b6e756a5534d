import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

/** Bounds what each caller has under way at once, where the settings say how much. */
export default fp(async (app) => {
  const { CONCURRENCY_LIMIT: most } = app.config
  if (most === undefined) return
  const underWay = new Map<string, number>()

  app.addHook('onRequest', ({ clientKey, raw }, reply, done) => {
    if (clientKey === undefined) return done()
    const count = underWay.get(clientKey) ?? 0
    if (count >= most) {
      reply.header('retry-after', 1)
      return done(new RequestRejected(429, 'Too many concurrent requests.'))
    }
    underWay.set(clientKey, count + 1)
    let over = false
    // An answer that waits behind another one never closes in Node 20, where the connection goes; its request does.
    for (const side of [raw, reply.raw]) side.once('close', release)
    done()

    function release () {
      if (over) return
      over = true
      const left = underWay.get(clientKey!)! - 1
      if (left === 0) underWay.delete(clientKey!)
      else underWay.set(clientKey!, left)
    }
  })
}, { name: 'concurrency-limit', dependencies: ['client-key', 'config'] })
