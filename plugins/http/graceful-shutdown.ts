import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { durationMs } from '#lib/config/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the service is about to end: what still reaches it does so by a connection of before. */
    shuttingDown: boolean
  }
}

/** Milliseconds that connections have for one more request: its answer tells the caller to use another one from then on. */
const lastUse = 2_000

/**
 * Ends so that no request is lost. No connection is taken any more; each that there is has its next answer with `connection: close`, which Fastify
 * adds to what is asked while it closes; then those are hung up on which ask nothing, and the others when they have been answered.
 */
export default fp(async (app) => {
  const { server, config } = app
  const wait = Math.min(lastUse, durationMs(config, 'SHUTDOWN_GRACE') / 2)
  const sockets = new Set<Socket>()
  const underWay = new Map<Socket, Set<ServerResponse>>()
  let over = false

  app.decorate('shuttingDown', false)
  app.telemetry.requests(() => allUnderWay().length)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    let responses = underWay.get(socket)
    if (responses === undefined) {
      underWay.set(socket, responses = new Set())
      // A response whose turn on the connection had not come is not told when that closes.
      socket.once('close', () => {
        underWay.delete(socket)
        if (over) hangUp()
      })
    }
    responses.add(response)
    response.once('close', () => {
      responses.delete(response)
      if (over) hangUp()
    })
  })

  app.addHook('preClose', async () => {
    app.shuttingDown = true
    if (!server.listening) return
    for (const response of allUnderWay()) if (!response.headersSent) response.setHeader('connection', 'close')
    // Connections that wait to be taken are taken first: they would be reset.
    await setImmediate()
    const closed = once(server, 'close')
    // What an HTTP server adds to this is to cut idle connections at once: callers may be sending on them.
    Server.prototype.close.call(server)
    await Promise.race([closed, sleep(wait, undefined, { ref: false })])
    over = true
    hangUp()
  })

  /** To Node a connection on which nothing was asked yet is no idle one, and would be waited for. */
  function hangUp () {
    server.closeIdleConnections()
    if (allUnderWay().length === 0) for (const socket of sockets) socket.destroy()
  }

  function allUnderWay () {
    return Array.from(underWay.values(), (responses) => [...responses]).flat()
  }
}, { name: 'graceful-shutdown', dependencies: ['config', 'prometheus'] })
