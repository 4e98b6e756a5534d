import { hash } from 'node:crypto'
import { normalizeIP } from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { findToken } from '#lib/auth/token.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether a token is validated and cached; absent where clients send none. */
    isKnownToken?: (token: string) => boolean
  }
  interface FastifyRequest {
    /**
     * The client that the limits count the request for: the SHA-256 of a valid token, else an address;
     * `undefined` where it does not count.
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
 * Identifies clients for the limits. Unknown tokens count for their address: a client that invents tokens is
 * one client.
 */
export default fp(async (app) => {
  app.decorateRequest('clientKey', {
    getter () {
      if (this.routeOptions.config.limited === false) return undefined
      const token = app.isKnownToken && findToken(this.headers)?.toString()
      if (token && app.isKnownToken!(token)) return hash('sha256', token)
      return normalizeIP(String(this.ip).slice(0, maxAddressLength))
    }
  })
}, { name: 'client-key' })
