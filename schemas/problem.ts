import { Type } from '@fastify/type-provider-typebox'

/** Every error of the service. Source: RFC 9457, "Problem Details for HTTP APIs". */
export const Problem = Type.Object({
  type: Type.String({ description: 'Always `about:blank`: the status says what kind of problem it is' }),
  title: Type.String({ description: 'The status in words', examples: ['Bad Request'] }),
  status: Type.Integer({ description: 'The HTTP status', examples: [400] }),
  detail: Type.String({ description: 'What went wrong, for a person', examples: ['groupBy is missing'] }),
  instance: Type.String({ description: 'The path that was asked for' }),
  errors: Type.Optional(Type.Array(Type.Object({
    parameter: Type.String({ examples: ['groupBy'] }),
    message: Type.String({ examples: ['is missing'] })
  }), { description: 'One entry a bad parameter' }))
}, { $id: 'Problem', description: 'A problem, as RFC 9457 has it' })

const descriptions = {
  400: 'A parameter is missing, malformed, unknown or in the way; or the marker is of nothing',
  404: 'There is no such project or route',
  500: 'A fault of the service itself',
  502: 'An upstream answered what it must not',
  503: 'An upstream cannot be reached',
  504: 'An upstream did not answer within its time limit'
}

const retryAfter = { 'Retry-After': { type: 'integer', description: 'Seconds to wait before asking again' } }

/** The problems that a route may answer with, for its `response`. */
export function problems (...statuses: Array<keyof typeof descriptions>) {
  return Object.fromEntries(statuses.map((status) => [status, {
    description: descriptions[status],
    ...(status === 503 && { headers: retryAfter }),
    content: { 'application/problem+json': { schema: Type.Ref('Problem') } }
  }]))
}
