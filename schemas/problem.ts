import { STATUS_CODES } from 'node:http'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { exampleOf, RefTo } from './common.js'

export const ParameterError = Type.Object({
  parameter: Type.String({
    description: 'The parameter\'s name; of a long one, its beginning', examples: ['groupBy']
  }),
  message: Type.String({ description: 'What is wrong with it', examples: ['is missing'] })
}, { $id: 'ParameterError', description: 'An invalid parameter' })
export type ParameterError = Static<typeof ParameterError>

/** The body of every error. Source: RFC 9457, "Problem Details for HTTP APIs". */
export const Problem = Type.Object({
  type: Type.String({
    description: 'Always `about:blank`: the status is the kind of the problem', examples: ['about:blank']
  }),
  title: Type.String({ description: 'The status in words', examples: ['Bad Request'] }),
  status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status', examples: [400] }),
  detail: Type.String({ description: 'What went wrong, for people', examples: ['groupBy is missing.'] }),
  instance: Type.String({
    description: 'The path of the request',
    examples: ['/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage']
  }),
  errors: Type.Optional(
    Type.Array(RefTo(ParameterError), {
      description: 'One entry for each invalid parameter', examples: [[exampleOf(ParameterError)]]
    })
  )
}, { $id: 'Problem', description: 'A problem, as RFC 9457 has it' })
export type Problem = Static<typeof Problem>

const summary = '/v1/openstack/projects/summary'
const instances = '/v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances'
const cpuUsage = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage'

/** The response to a request. A test sends each of these requests and compares. */
function example (status: number, request: string, detail: string, errors?: object[]) {
  const instance = request.split('?', 1)[0]
  return {
    summary: `GET ${request}`,
    value: { type: 'about:blank', title: STATUS_CODES[status], status, detail, instance, errors }
  }
}

const badParameter = (request: string, parameter: string, message: string) =>
  example(400, request, `${parameter} ${message}.`, [{ parameter, message }])

/** The same failure of two upstreams: of the cloud, and of the metrics store. */
const badUpstream = (status: number, detail: string) => ({
  identity: example(status, `${instances}?limit=100`, `The identity service ${detail}.`),
  metrics: example(status, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, `The metrics service ${detail}.`)
})

const descriptions = {
  400: 'A parameter is missing, malformed, unknown or contradictory, or the marker is unknown',
  401: 'The token is missing or invalid',
  403: 'The token allows nothing here',
  404: 'There is no such project',
  429: 'The caller exceeds a limit that the operator has set',
  500: 'Internal server error',
  502: 'An upstream returned an invalid response, or rejected the service\'s credential',
  503: 'An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded',
  504: 'An upstream did not respond within its time limit'
}

const examples: Record<keyof typeof descriptions, object> = {
  400: {
    missing: badParameter(`${cpuUsage}?defaultTimeRange=10m`, 'groupBy', 'is missing'),
    unknown: badParameter(
      `${instances}?limit=100&host=web`,
      'host',
      'is not a parameter here: limit, marker, hostname, sort, state, address are'
    ),
    malformed: badParameter(`${instances}?limit=1001`, 'limit', '1001 must be <= 1000'),
    together: badParameter(
      `${cpuUsage}?defaultTimeRange=10m&timeRangeTo=1h&groupBy=1m`,
      'timeRangeTo',
      'must not be given together with defaultTimeRange'
    )
  },
  401: {
    token: example(
      401, summary, 'There is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer.'
    )
  },
  403: { scope: example(403, summary, 'The token has no scope: ask Keystone for one of a project.') },
  404: {
    project: example(
      404, '/v1/openstack/projects/00000000000000000000000000000000/instances?limit=100', 'No such project.'
    )
  },
  429: { limited: example(429, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'Rate limit exceeded.') },
  500: { fault: example(500, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'Internal server error.') },
  502: badUpstream(502, 'returned an invalid response'),
  503: badUpstream(503, 'cannot be reached'),
  504: badUpstream(504, 'did not respond within its time limit')
}

const challenge = {
  'WWW-Authenticate': {
    type: 'string',
    description: 'Keystone\'s URL',
    examples: ['Keystone uri="https://cloud.example.org:5000/v3"']
  }
}

const retryAfter = {
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds to wait before a retry', examples: [5] }
}

/**
 * The state of the rate limit; on other responses as well. Source: draft-ietf-httpapi-ratelimit-headers-05.
 */
const count = (description: string, example: number) => ({
  type: 'integer', minimum: 0, description, examples: [example]
})
const rateLimit = {
  'RateLimit-Limit': count('Requests that the caller may send per minute', 600),
  'RateLimit-Remaining': count('Requests that are left', 0),
  'RateLimit-Reset': count('Seconds until the limit is reset', 17)
}

const headers: Partial<Record<keyof typeof descriptions, object>> = {
  401: challenge, 429: { ...retryAfter, ...rateLimit }, 503: retryAfter
}

/** The problems of a route, for its `response` schema. */
export function problems (...statuses: Array<keyof typeof descriptions>) {
  return Object.fromEntries(statuses.map((status) => [status, {
    ...problem(descriptions[status], examples[status]),
    ...(status in headers && { headers: headers[status] })
  }]))
}

/** The 404 of a route that reads an instance from Nova. */
export const missingInstance = {
  404: problem('There is no such instance', {
    missing: example(404, '/v1/openstack/instances/00000000-0000-0000-0000-000000000000', 'No such instance.')
  })
}

/** The 404 of a route that names a project or an instance, where callers see only their own. */
export const unseen = {
  404: problem('There is no such project or instance, or the caller may not see it', {
    ...examples[404],
    instance: example(404, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'No such instance.')
  })
}

function problem (description: string, examples: object) {
  return { description, content: { 'application/problem+json': { schema: Type.Ref('Problem'), examples } } }
}
