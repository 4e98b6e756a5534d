import fp from 'fastify-plugin'

/** One line a request, when it has been answered. The query only where it was valid: what is not understood may be a secret gone astray. */
export default fp(async (app) => {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      path: request.url.split('?', 1)[0],
      query: reply.statusCode < 400 ? request.query : undefined,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime)
    }, 'answered')
  })
}, { name: 'request-log' })
