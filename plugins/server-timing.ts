import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { sumWaits } from '../lib/waits.js'

/** Tells what an answer's time was spent on, where the settings say so. Source: W3C Server Timing. */
export default fp(async (app) => {
  if (!app.config.SERVER_TIMING) return
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('server-timing', timingOf(reply))
    // A page that may read the answer may read that, too.
    const reader = reply.getHeader('access-control-allow-origin')
    if (reader !== undefined) reply.header('timing-allow-origin', reader)
    done()
  })
}, { name: 'server-timing', dependencies: ['answers', 'request-context'] })

/** Whether the answer was kept, for how many milliseconds each upstream was waited for, and how many it took in all. */
function timingOf (reply: FastifyReply) {
  const { request: { context }, cacheState, elapsedTime } = reply
  const now = performance.now()
  const upstreams = sumWaits(context?.waits ?? [], now - elapsedTime, now)
  return [
    ...(cacheState === undefined ? [] : [`cache;desc=${cacheState}`]),
    ...Array.from(upstreams, ([role, ms]) => `${role};dur=${ms.toFixed(1)}`),
    `total;dur=${elapsedTime.toFixed(1)}`
  ].join(', ')
}
