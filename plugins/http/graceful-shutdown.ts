import type { ServerResponse } from 'node:http'
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { durationMs } from '#lib/config/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the service is about to end. Requests that still arrive use older connections. */
    shuttingDown: boolean
  }
}

/**
 * Milliseconds in which connections may carry one more request, whose response makes the client to use
 * another one.
 */
const drainMs = 2_000

/**
 * Ends without losing a request. The service accepts no new connection. Each open one gets its next response
 * with `connection: close`, which Fastify adds while it closes. Then idle connections are closed, and the
 * others after their response.
 */
export default fp(async (app) => {
  const { server, config } = app
  const wait = Math.min(drainMs, durationMs(config, 'SHUTDOWN_GRACE') / 2)
  const sockets = new Set<Socket>()
  const inFlight = new Map<Socket, Set<ServerResponse>>()
  let drained = false
  let closed: Promise<unknown> = Promise.resolve()

  app.decorate('shuttingDown', false)
  app.telemetry.setActiveRequests(() => allInFlight().length)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    let responses = inFlight.get(socket)
    if (responses === undefined) {
      inFlight.set(socket, responses = new Set())
      // A queued response on a pipelined connection gets no event when the connection closes.
      socket.once('close', () => {
        inFlight.delete(socket)
        if (drained) closeIdle()
      })
    }
    responses.add(response)
    response.once('close', () => {
      responses.delete(response)
      if (drained) closeIdle()
    })
  })

  app.addHook('preClose', async () => {
    app.shuttingDown = true
    for (const response of allInFlight()) if (!response.headersSent) response.setHeader('connection', 'close')
    // Connections in the backlog are accepted first: they would be reset.
    await setImmediate()
    for (const listener of [server, app.management]) {
      // An HTTP server's own close would cut idle connections at once, on which clients may be sending.
      if (listener?.listening) Server.prototype.close.call(listener)
    }
    closed = Promise.all(Array.from(sockets, (socket) => new Promise((resolve) => {
      socket.once('close', resolve)
    })))
    await Promise.race([closed, sleep(wait, undefined, { ref: false })])
    drained = true
    closeIdle()
  })

  // Fastify itself waits only for connections that its server has accepted.
  app.addHook('onClose', () => closed)

  /** Node does not count a connection without any request as idle, and would wait for it. */
  function closeIdle () {
    server.closeIdleConnections()
    if (allInFlight().length === 0) for (const socket of sockets) socket.destroy()
  }

  function allInFlight () {
    return Array.from(inFlight.values(), (responses) => [...responses]).flat()
  }
}, { name: 'graceful-shutdown', dependencies: ['config', 'prometheus'] })
