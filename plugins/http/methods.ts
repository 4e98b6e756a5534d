import { METHODS } from 'node:http'
import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The `Allow` of a route for the methods that its URL does not have. */
    allow?: string
  }
}

const allow = 'GET, HEAD, OPTIONS'
const otherMethods = METHODS.filter((method) => !['GET', 'HEAD', 'CONNECT'].includes(method))

/**
 * Responds to every other method of a URL that has a GET: to OPTIONS with 204, else with 405, and with
 * `Allow` in both cases. Neither needs a token, because the response depends on the URL's pattern alone.
 */
export default fp(async (app) => {
  // No route reads a body.
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })

  app.addHook('onRoute', ({ method, url, config }) => {
    if (![method].flat().includes('GET')) return
    app.route({
      method: [...otherMethods],
      url,
      config: { allow, public: true, limited: config?.limited, listener: config?.listener },
      async handler ({ method }, reply) {
        if (method === 'OPTIONS') return reply.code(204).send()
        throw new RequestRejected(405, `${method} is not allowed here: ${allow} are.`)
      }
    })
  })
  // A preflight response of the CORS plugin, which ends the request, has the header as well.
  app.addHook('onRequest', ({ routeOptions: { config: { allow } } }, reply, done) => {
    if (allow !== undefined) reply.header('allow', allow)
    done()
  })
}, { name: 'methods' })
