import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import fp from 'fastify-plugin'
import { parseManagementAddress } from '#lib/config/listen-address.js'
import { InvalidSetting } from '#lib/errors.js'
import { noRoute } from './errors.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The second listener, where the settings name one. */
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

type Listener = 'public' | 'management'

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
    try {
      const { address: host } = await lookup(address.host, { order: 'ipv4first' })
      await once(management.listen({ host, port: address.port }), 'listening')
    } catch (err) {
      throw new InvalidSetting(`MANAGEMENT_LISTEN cannot be used: ${(err as Error).message}`)
    }
    const { address: host, port: bound } = management.address() as AddressInfo
    port = bound
    app.log.info({ address: host, port }, 'management listener open')
  })
  if (address === undefined) return
  app.decorate('management', management)
  management.on('connection', (socket) => app.server.emit('connection', socket))

  app.addHook('onRequest', (request, reply, done) => {
    const { listener = 'public' } = request.routeOptions.config
    if (listener === 'both' || listener === request.listener) return done()
    reply.removeHeader('allow')
    done(noRoute(request))
  })
}, { name: 'management-listener', dependencies: ['config', 'errors'] })
