import fp from 'fastify-plugin'
import { Refusal } from '../lib/errors.js'

/** Bounds what each caller has under way at once, where the settings say how much. */
export default fp(async (app) => {
  const { CONCURRENCY_LIMIT: most } = app.config
  if (most === undefined) return
  const underWay = new Map<string, number>()

  app.addHook('onRequest', ({ caller, raw }, reply, done) => {
    if (caller === undefined) return done()
    const count = underWay.get(caller) ?? 0
    if (count >= most) {
      reply.header('retry-after', 1)
      return done(new Refusal(429, 'This caller has too many requests under way.'))
    }
    underWay.set(caller, count + 1)
    let over = false
    // An answer that waits behind another one never closes in Node 20, where the connection goes; its request does.
    for (const side of [raw, reply.raw]) side.once('close', release)
    done()

    function release () {
      if (over) return
      over = true
      const left = underWay.get(caller!)! - 1
      if (left === 0) underWay.delete(caller!)
      else underWay.set(caller!, left)
    }
  })
}, { name: 'concurrency', dependencies: ['config', 'callers', 'rate-limit'] })
