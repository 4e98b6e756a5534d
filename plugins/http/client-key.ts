import { normalizeIP } from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import type { CallerIds } from '#lib/auth/authenticate.js'
import { findToken } from '#lib/auth/token.js'
import { withoutPort } from '#lib/config/trusted-proxies.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The client that the limits count the request for: the caller's user or project once the caller is
     * known, else an address; `undefined` where the request does not count.
     */
    readonly clientKey: string | undefined
  }
  interface FastifyContextConfig {
    /** `false` on a route for monitoring: limits must not make the service look dead. */
    limited?: boolean
  }
}

/** No address is longer; a trusted proxy may send any text for one. */
const maxAddressLength = 64

/**
 * Identifies callers whose token is validated and cached, and clients for the limits. Unknown tokens count
 * for their address: a client that invents tokens is one client.
 */
export default fp(async (app) => {
  const { LIMIT_BY } = app.config
  app.decorateRequest('caller', undefined)
  app.decorateRequest('clientKey', {
    getter () {
      if (this.routeOptions.config.limited === false) return undefined
      return this.caller === undefined
        ? normalizeIP(withoutPort(String(this.ip).slice(0, maxAddressLength)))
        : keyOf(this.caller.ids)
    }
  })

  app.addHook('onRequest', (request, reply, done) => {
    const { headers, sessionToken, routeOptions: { config } } = request
    const token = config.public === true ? undefined : findToken(headers) || sessionToken
    if (token) request.caller = app.cachedCaller?.(String(token))
    done()
  })

  /** A token of a domain or the system counts for its user in any case. */
  function keyOf ({ userId, projectId }: CallerIds) {
    return LIMIT_BY === 'project' && projectId !== undefined ? `project:${projectId}` : `user:${userId}`
  }
}, { name: 'client-key', dependencies: ['config', 'session'] })
