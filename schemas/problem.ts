import { STATUS_CODES } from 'node:http'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { exampleOf, RefTo } from './common.js'

export const ParameterError = Type.Object({
  parameter: Type.String({ description: 'The parameter\'s name; of a long one, its beginning', examples: ['groupBy'] }),
  message: Type.String({ description: 'What is wrong with it', examples: ['is missing'] })
}, { $id: 'ParameterError', description: 'A bad parameter' })
export type ParameterError = Static<typeof ParameterError>

/** Every error of the service. Source: RFC 9457, "Problem Details for HTTP APIs". */
export const Problem = Type.Object({
  type: Type.String({ description: 'Always `about:blank`: the status says what kind of problem it is', examples: ['about:blank'] }),
  title: Type.String({ description: 'The status in words', examples: ['Bad Request'] }),
  status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status', examples: [400] }),
  detail: Type.String({ description: 'What went wrong, for a person', examples: ['groupBy is missing.'] }),
  instance: Type.String({ description: 'The path that was asked for', examples: ['/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage'] }),
  errors: Type.Optional(Type.Array(RefTo(ParameterError), { description: 'One entry a bad parameter', examples: [[exampleOf(ParameterError)]] }))
}, { $id: 'Problem', description: 'A problem, as RFC 9457 has it' })
export type Problem = Static<typeof Problem>

const summary = '/v1/openstack/projects/summary'
const instances = '/v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances'
const cpuUsage = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage'

/** What a request is answered with, under the request itself: a test asks each and compares. */
function example (status: number, request: string, detail: string, errors?: object[]) {
  const instance = request.split('?', 1)[0]
  return { summary: `GET ${request}`, value: { type: 'about:blank', title: STATUS_CODES[status], status, detail, instance, errors } }
}

const badParameter = (request: string, parameter: string, message: string) =>
  example(400, request, `${parameter} ${message}.`, [{ parameter, message }])

/** The same failure of an upstream of each route: of the cloud, and of the metrics store. */
const badUpstream = (status: number, detail: string) => ({
  identity: example(status, `${instances}?limit=100`, `The identity service ${detail}.`),
  metrics: example(status, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, `The metrics service ${detail}.`)
})

const descriptions = {
  400: 'A parameter is missing, malformed, unknown or in the way; or the marker is of nothing',
  401: 'There is no token, or none that is valid',
  403: 'The token allows nothing here',
  404: 'There is no such project',
  429: 'The caller has asked too often, or has too much under way: where the operator has set limits',
  500: 'A fault of the service itself',
  502: 'An upstream returned an invalid response',
  503: 'An upstream cannot be reached, or does not tell whether a token is valid; or the service has more to do than it can',
  504: 'An upstream did not respond within its time limit'
}

const examples: Record<keyof typeof descriptions, object> = {
  400: {
    missing: badParameter(`${cpuUsage}?defaultTimeRange=10m`, 'groupBy', 'is missing'),
    unknown: badParameter(`${instances}?limit=100&host=web`, 'host', 'is not a parameter here: limit, marker, hostname are'),
    malformed: badParameter(`${instances}?limit=1001`, 'limit', '1001 must be <= 1000'),
    together: badParameter(`${cpuUsage}?defaultTimeRange=10m&timeRangeTo=1h&groupBy=1m`, 'timeRangeTo', 'must not be given together with defaultTimeRange')
  },
  401: { token: example(401, summary, 'There is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer.') },
  403: { scope: example(403, summary, 'The token has no scope: ask Keystone for one of a project.') },
  404: { project: example(404, '/v1/openstack/projects/00000000000000000000000000000000/instances?limit=100', 'No such project.') },
  429: { limited: example(429, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'Rate limit exceeded.') },
  500: { fault: example(500, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'Internal server error.') },
  502: badUpstream(502, 'returned an invalid response'),
  503: badUpstream(503, 'cannot be reached'),
  504: badUpstream(504, 'did not respond within its time limit')
}

const challenge = { 'WWW-Authenticate': { type: 'string', description: 'Where to get a token', examples: ['Keystone uri="https://cloud.example.org:5000/v3"'] } }

const retryAfter = { 'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds to wait before asking again', examples: [5] } }

/** How much of a limit is left; on the other answers too, where there is a limit. Source: draft-ietf-httpapi-ratelimit-headers-05. */
const count = (description: string, example: number) => ({ type: 'integer', minimum: 0, description, examples: [example] })
const rateLimit = {
  'RateLimit-Limit': count('How many requests the caller may make a minute', 600),
  'RateLimit-Remaining': count('How many of them are left', 0),
  'RateLimit-Reset': count('Seconds until they may all be made again', 17)
}

const headers: Partial<Record<keyof typeof descriptions, object>> = { 401: challenge, 429: { ...retryAfter, ...rateLimit }, 503: retryAfter }

/** The problems that a route may answer with, for its `response`. */
export function problems (...statuses: Array<keyof typeof descriptions>) {
  return Object.fromEntries(statuses.map((status) => [status, {
    ...problem(descriptions[status], examples[status]),
    ...(status in headers && { headers: headers[status] })
  }]))
}

/** What a route that names a project or an instance answers, where callers may not see all. */
export const unseen = {
  404: problem('There is no such project or instance, or it is not the caller\'s to see', {
    ...examples[404],
    instance: example(404, `${cpuUsage}?defaultTimeRange=10m&groupBy=1m`, 'No such instance.')
  })
}

function problem (description: string, examples: object) {
  return { description, content: { 'application/problem+json': { schema: Type.Ref('Problem'), examples } } }
}
