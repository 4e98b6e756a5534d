import { hash } from 'node:crypto'
import { normalizeIP } from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { findToken } from '#lib/auth/token.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether a token is known to be somebody's; absent where nobody is asked for one. */
    isKnownToken?: (token: string) => boolean
  }
  interface FastifyRequest {
    /** Who the limits count the request for: the SHA-256 of a token that holds, or else an address; `undefined` where it is not counted. */
    readonly clientKey: string | undefined
  }
  interface FastifyContextConfig {
    /** `false` on a route that is there for those who watch the service: it must not seem dead to them because others ask too much. */
    limited?: boolean
  }
}

/** No address is longer; what a proxy that is believed calls one may be. */
const longestAddress = 64

/** Who asks, for the limits. A token of which nothing is known counts for its address: who makes tokens up is one caller all the same. */
export default fp(async (app) => {
  app.decorateRequest('clientKey', {
    getter () {
      if (this.routeOptions.config.limited === false) return undefined
      const token = app.isKnownToken && findToken(this.headers)?.toString()
      return token && app.isKnownToken!(token) ? hash('sha256', token) : normalizeIP(String(this.ip).slice(0, longestAddress))
    }
  })
}, { name: 'client-key' })
