import fp from 'fastify-plugin'
import { globalRequestId } from '../lib/global-request-id.js'

/** One line a request, when it has been answered. The query only where it was valid: what is not understood may be a secret gone astray. */
export default fp(async (app) => {
  app.addHook('onResponse', (request, reply, done) => {
    const [path, query] = request.url.split('?', 2)
    request.log.info({
      method: request.method,
      path,
      globalRequestId: globalRequestId(request.headers),
      query: reply.statusCode < 400 ? query : undefined,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime)
    }, 'answered')
    done()
  })
}, { name: 'request-log' })
