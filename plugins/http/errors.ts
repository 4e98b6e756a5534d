import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound, RequestRejected } from '#lib/errors.js'
import { toProblem } from '#lib/http/problem.js'
import type { RequestError } from '#lib/http/problem.js'

/** Seconds after which an upstream that is away, or the service itself, is worth another try. */
const retryAfter = 5

/** Answers every error as a problem, and logs what is not the caller's own. */
export default fp(async (app) => {
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler((request, reply) => sendProblem(new NotFound(`there is no route ${request.method} ${pathOf(request)}`), request, reply))
}, { name: 'errors', dependencies: ['prometheus'] })

/** Answers an error as a problem. */
export function sendProblem (err: Error, request: FastifyRequest, reply: FastifyReply) {
  const { validationContext } = err as RequestError
  const problem = toProblem(err, {
    path: pathOf(request),
    values: (validationContext === 'params' ? request.params : request.query) as Record<string, unknown>,
    known: Object.keys((request.routeOptions?.schema?.querystring as { properties?: object } | undefined)?.properties ?? {})
  })
  if (problem.status >= 500 && !(err instanceof RequestRejected)) request.log.error({ err }, 'request failed')
  request.server.telemetry.failed(err, 'error')
  if (problem.status === 401) reply.header('www-authenticate', request.server.challenge)
  if (problem.status === 503) reply.header('retry-after', retryAfter)
  // Here as well as in the hook, which does not run for a path that cannot be read.
  reply.header('x-openstack-request-id', request.id)
  return reply.code(problem.status).type('application/problem+json').send(problem)
}

/** Answers what came to no route, nor to the hooks that each request meets: its URL cannot be read. */
export function sendUnrouted (err: Error, request: FastifyRequest, reply: FastifyReply) {
  sendProblem(err, request, reply)
  request.log.info({ method: request.method, path: pathOf(request), status: reply.statusCode }, 'request completed')
}

const pathOf = ({ url }: FastifyRequest) => url.split('?', 1)[0]!
