import { createServer } from 'node:net'
import type { Server } from 'node:net'
import fp from 'fastify-plugin'
import { parseManagementAddress } from '#lib/config/listen-address.js'
import type { Listener } from '#lib/config/listen-address.js'
import { openManagementListener } from '#lib/http/listen.js'
import { noRoute } from './errors.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The second listener, where the settings name one. A worker's does not listen: it gets connections. */
    management?: Server
    /**
     * Opens the second listener, where the settings name one. The server listens already.
     * @throws InvalidSetting
     */
    listenForManagement: () => Promise<void>
  }
  interface FastifyRequest {
    /** The listener that accepted the request's connection. */
    readonly listener: Listener
  }
  interface FastifyContextConfig {
    /** The listener that a route is for, where there are two; the public one unless set. */
    listener?: Listener | 'both'
  }
}

/**
 * A second listener, for the routes of monitoring, where the settings name its address. It hands its
 * connections to the server, so that TLS, limits, checks, logs and the shutdown are the same for both.
 */
export default fp(async (app) => {
  const address = parseManagementAddress(app.config)
  const management = createServer({ allowHalfOpen: true, noDelay: true })
  let port: number | undefined

  app.decorateRequest('listener', {
    getter () { return port !== undefined && this.raw.socket.localPort === port ? 'management' : 'public' }
  })
  app.decorate('listenForManagement', async () => {
    if (address === undefined) return
    app.log.info(await openManagementListener(management, address), 'management listener open')
  })
  if (address === undefined) return
  app.decorate('management', management)
  management.on('connection', (socket) => {
    port ??= socket.localPort
    app.server.emit('connection', socket)
  })

  app.addHook('onRequest', (request, reply, done) => {
    const { listener = 'public' } = request.routeOptions.config
    if (listener === 'both' || listener === request.listener) return done()
    reply.removeHeader('allow')
    done(noRoute(request))
  })
}, { name: 'management-listener', dependencies: ['config', 'errors'] })
