import { STATUS_CODES } from 'node:http'
import {
  FactorsMissing, Forbidden, InvalidParameters, NotFound, quote, RequestRejected, TokenNotValidated,
  Unauthorized, UpstreamError
} from '#lib/errors.js'
import type { FailureReason, ParameterError } from '#lib/errors.js'
import type { Problem } from '#schemas/problem.js'

/** The response to each failure of an upstream. */
const upstreamProblems: Record<FailureReason, { status: number, detail: string }> = {
  invalid: { status: 502, detail: 'returned an invalid response' },
  refused: { status: 502, detail: 'rejected the credential of this service' },
  unavailable: { status: 503, detail: 'accepts no requests for now' },
  unreachable: { status: 503, detail: 'cannot be reached' },
  'circuit-open': { status: 503, detail: 'is temporarily not called after repeated failures' },
  'queue-full': { status: 503, detail: 'has too many queued requests' },
  absent: { status: 503, detail: 'is not in the service catalog' },
  timeout: { status: 504, detail: 'did not respond within its time limit' }
}

const callerErrors = [[Unauthorized, 401], [Forbidden, 403], [NotFound, 404]] as const

/** An invalid request as Fastify describes it: its status and message, and the validator's errors. */
export interface RequestError extends Error {
  statusCode?: number
  validation?: ValidationError[]
  validationContext?: string
}

/** One of Ajv's errors. */
export interface ValidationError {
  instancePath: string
  keyword: string
  message?: string
  params: Record<string, unknown>
}

/** A request, as far as its problem describes it. */
export interface FailedRequest {
  path: string
  /** The values that were validated, and the names of the known parameters. */
  values: Record<string, unknown>
  known: string[]
}

/** An error as its caller may see it: without anything internal to the service or an upstream. */
export function toProblem (err: unknown, request: FailedRequest): Problem & { needs?: string[] } {
  if (err instanceof UpstreamError) {
    const { status, detail } = upstreamProblems[err.reason]
    return problem(
      err instanceof TokenNotValidated ? 503 : status, `The ${err.upstream} service ${detail}.`, request
    )
  }
  const { statusCode = 500, validation, message } = err as RequestError
  const [, callerStatus] = callerErrors.find(([kind]) => err instanceof kind) ?? []
  if (callerStatus !== undefined) {
    const found = problem(callerStatus, `${message[0]!.toUpperCase()}${message.slice(1)}.`, request)
    return err instanceof FactorsMissing ? { ...found, needs: err.needs } : found
  }
  const invalid = err instanceof InvalidParameters
    ? err
    : validation && new InvalidParameters(explain(validation, request))
  if (invalid !== undefined) {
    return { ...problem(400, `${invalid.message}.`, request), errors: invalid.errors }
  }
  if (statusCode < 500 || err instanceof RequestRejected) return problem(statusCode, message, request)
  return problem(500, 'Internal server error.', request)
}

function problem (status: number, detail: string, { path }: Pick<FailedRequest, 'path'>): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status]!, status, detail, instance: path }
}

/** The most entries of a response: it must not grow with the number of invalid parameters. */
const maxErrors = 20

/** One entry for each invalid parameter, with the value and what is allowed. */
function explain (validation: ValidationError[], { values, known }: FailedRequest): ParameterError[] {
  const errors = new Map<string, string>()
  const unknown = `is not a parameter here: ${known.length === 0
    ? 'there are none'
    : `${known.join(', ')} are`}`
  for (const { keyword, instancePath, message, params } of validation) {
    const [parameter, text] = keyword === 'required'
      ? [String(params.missingProperty), 'is missing']
      : keyword === 'additionalProperties'
        ? [String(params.additionalProperty), unknown]
        : describe(instancePath.slice(1), values, message)
    if (!errors.has(parameter) && errors.size < maxErrors) errors.set(parameter, text)
  }
  return [...errors].map(([parameter, message]) => ({ parameter: parameter.slice(0, 64), message }))
}

function describe (
  parameter: string, values: Record<string, unknown>, message = 'is not valid'
): [string, string] {
  const value = values[parameter]
  return [parameter, Array.isArray(value) ? 'must be given once' : `${quote(value)} ${message}`]
}
