import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound, RequestRejected, UpstreamError } from '#lib/errors.js'
import { toProblem } from '#lib/http/problem.js'
import type { RequestError } from '#lib/http/problem.js'

/** Seconds after which a retry makes sense where an upstream is unavailable, or the service overloaded. */
const retryAfterSeconds = 5

/** Responds to every error with a problem, and logs those that are not the caller's. */
export default fp(async (app) => {
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler((request, reply) => sendProblem(noRoute(request), request, reply))
}, { name: 'errors', dependencies: ['prometheus'] })

/** The error for a request that no route is for. */
export const noRoute = (request: FastifyRequest) =>
  new NotFound(`there is no route ${request.method} ${pathOf(request)}`)

/** Responds to an error with a problem. */
export function sendProblem (err: Error, request: FastifyRequest, reply: FastifyReply) {
  const { validationContext } = err as RequestError
  const querySchema = request.routeOptions?.schema?.querystring as { properties?: object } | undefined
  const problem = toProblem(err, {
    path: pathOf(request),
    values: (validationContext === 'params' ? request.params : request.query) as Record<string, unknown>,
    known: Object.keys(querySchema?.properties ?? {})
  })
  if (problem.status >= 500 && !(err instanceof RequestRejected)) request.log.error({ err }, 'request failed')
  request.server.telemetry.readFailed(err, 'error')
  if (problem.status === 401) reply.header('www-authenticate', request.server.challenge)
  if (problem.status === 503) reply.header('retry-after', retryAfterOf(err))
  // The hook that sets it does not run for a path that cannot be parsed.
  reply.header('x-openstack-request-id', request.id)
  return reply.code(problem.status).type('application/problem+json').send(problem)
}

/**
 * Responds to a request whose path cannot be decoded, which reaches neither a route nor the hooks. Fastify's
 * own error would quote the whole URL.
 */
export function sendUnrouted (request: FastifyRequest, reply: FastifyReply) {
  sendProblem(new RequestRejected(400, 'The path has an invalid percent-encoding.'), request, reply)
  request.log.info(
    { method: request.method, path: pathOf(request), status: reply.statusCode }, 'request completed'
  )
}

/** The time that the upstream names, where it accepts no requests for now. */
const retryAfterOf = (err: Error) =>
  (err instanceof UpstreamError && err.details.retryAfter) || retryAfterSeconds

/** The path as the client spelled it. */
const pathOf = ({ originalUrl }: FastifyRequest) => originalUrl.split('?', 1)[0]!
