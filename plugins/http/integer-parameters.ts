import fp from 'fastify-plugin'

/**
 * Converts integer parameters, which arrive as text, before they are validated. Ajv's own coercion is off: it
 * also accepts `0x10`, `1e2` and ` 1`.
 */
export default fp(async (app) => {
  app.addHook('preValidation', async ({ query, routeOptions }) => {
    const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as {
      properties?: Record<string, { type?: string }>
    }
    const values = query as Record<string, unknown>
    for (const [name, { type }] of Object.entries(properties)) {
      const text = values[name]
      if (type === 'integer' && typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text)) {
        values[name] = Number(text)
      }
    }
  })
}, { name: 'integer-parameters' })
