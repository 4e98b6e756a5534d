import fp from 'fastify-plugin'

/**
 * A query is text: where a route declares an integer, text that is written as one becomes one before it is validated.
 * Ajv's own coercion is off: it also takes `0x10`, `1e2` and ` 1` for integers.
 */
export default fp(async (app) => {
  app.addHook('preValidation', async ({ query, routeOptions }) => {
    const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as { properties?: Record<string, { type?: string }> }
    const values = query as Record<string, unknown>
    for (const [name, { type }] of Object.entries(properties)) {
      const text = values[name]
      if (type === 'integer' && typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text)) values[name] = Number(text)
    }
  })
}, { name: 'integer-parameters' })
