import fp from 'fastify-plugin'
import { globalRequestId } from '#lib/context/global-request-id.js'
import { clientClosedRequest } from './request-lifecycle.js'

/**
 * Logs one line at the end of each request. Only a valid query is logged: an invalid one may be a misplaced
 * secret. The caller is there for audits, once its token is validated.
 */
export default fp(async (app) => {
  app.onRequestEnd((request, status, ms) => {
    const [path, query] = request.url.split('?', 2)
    request.log.info({
      method: request.method,
      path,
      globalRequestId: globalRequestId(request.headers),
      caller: request.caller?.ids,
      query: status < 400 ? query : undefined,
      status,
      ms: Math.round(ms)
    }, status === clientClosedRequest ? 'client disconnected' : 'request completed')
  })
}, { name: 'request-log', dependencies: ['request-lifecycle'] })
