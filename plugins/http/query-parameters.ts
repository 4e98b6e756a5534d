import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { withoutParameters } from '#lib/http/request-url.js'

/**
 * Reads query parameters as clients send them. An empty one counts as not given: forms and generated clients
 * send every field that they have. It is removed before the response cache, so that both spellings of a
 * request share a response.
 */
export default fp(async (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    const { query, parameters } = queryOf(request)
    const empty = Object.keys(query).filter((name) => query[name] === '' && Object.hasOwn(parameters, name))
    for (const name of empty) delete query[name]
    request.raw.url = withoutParameters(request.url, empty)
    done()
  })

  // Integers arrive as text. Ajv's own coercion is off: it also accepts `0x10`, `1e2` and ` 1`.
  app.addHook('preValidation', async (request) => {
    const { query, parameters } = queryOf(request)
    for (const [name, { type }] of Object.entries(parameters)) {
      const text = query[name]
      if (type === 'integer' && typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text)) {
        query[name] = Number(text)
      }
    }
  })
}, { name: 'query-parameters' })

/** The values of a request's query, and the schemas of its route's parameters. */
function queryOf ({ query, routeOptions }: FastifyRequest) {
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as {
    properties?: Record<string, { type?: string }>
  }
  return { query: query as Record<string, unknown>, parameters: properties }
}
