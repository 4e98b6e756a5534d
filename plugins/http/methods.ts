import { METHODS } from 'node:http'
import fp from 'fastify-plugin'
import { RequestRejected } from '#lib/errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The `Allow` of a route for the methods that its URL does not have. */
    allow?: string
    /** All methods of the URL, on the route of the first of them; GET and HEAD unless set. */
    methods?: string[]
  }
}

const defaultMethods = ['GET', 'HEAD']

/**
 * Responds to every other method of a URL than its own: to OPTIONS with 204, else with 405, and with
 * `Allow` in both cases. Neither needs a token, because the response depends on the URL's pattern alone.
 */
export default fp(async (app) => {
  // Fastify reads no body: see lib/http/request-body.
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })

  app.addHook('onRoute', ({ method, url, config }) => {
    const { methods = defaultMethods } = config ?? {}
    if (![method].flat().includes(methods[0]!)) return
    const allow = [...methods, 'OPTIONS'].join(', ')
    app.route({
      method: METHODS.filter((method) => ![...methods, 'CONNECT'].includes(method)),
      url,
      exposeHeadRoute: false,
      config: { allow, methods, public: true, limited: config?.limited, listener: config?.listener },
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
