import { STATUS_CODES } from 'node:http'
import { Forbidden, InvalidParameters, NotFound, quote, RequestRejected, Unauthorized, TokenNotValidated, UpstreamError } from '#lib/errors.js'
import type { FailureReason, ParameterError } from '#lib/errors.js'
import type { Problem } from '#schemas/problem.js'

/** The one table of what an upstream's failure is to a caller. */
const upstreamProblems: Record<FailureReason, { status: number, detail: string }> = {
  invalid: { status: 502, detail: 'returned an invalid response' },
  refused: { status: 502, detail: 'rejected the credential of this service' },
  unreachable: { status: 503, detail: 'cannot be reached' },
  'circuit-open': { status: 503, detail: 'is temporarily not called after repeated failures' },
  'queue-full': { status: 503, detail: 'has too many queued requests' },
  absent: { status: 503, detail: 'is not in the service catalog' },
  timeout: { status: 504, detail: 'did not respond within its time limit' }
}

/** And of what a refusal is. */
const refusals = [[Unauthorized, 401], [Forbidden, 403], [NotFound, 404]] as const

/** A bad request as the web framework describes it: its own status and message, and the validator's findings. */
export interface RequestError extends Error {
  statusCode?: number
  validation?: ValidationError[]
  validationContext?: string
}

/** One finding of Ajv's. */
export interface ValidationError {
  instancePath: string
  keyword: string
  message?: string
  params: Record<string, unknown>
}

/** A request as far as its problem tells of it. */
export interface FailedRequest {
  path: string
  /** What was validated, and the names that are known there. */
  values: Record<string, unknown>
  known: string[]
}

/** Whatever was thrown, as what a caller may know of it: nothing of ours or of an upstream's inside. */
export function toProblem (err: unknown, asked: FailedRequest): Problem {
  if (err instanceof UpstreamError) {
    const { status, detail } = upstreamProblems[err.reason]
    return problem(err instanceof TokenNotValidated ? 503 : status, `The ${err.upstream} service ${detail}.`, asked)
  }
  const { statusCode = 500, validation, message } = err as RequestError
  const [, refused] = refusals.find(([kind]) => err instanceof kind) ?? []
  if (refused !== undefined) return problem(refused, `${message[0]!.toUpperCase()}${message.slice(1)}.`, asked)
  const refusal = err instanceof InvalidParameters ? err : validation && new InvalidParameters(explain(validation, asked))
  if (refusal !== undefined) return { ...problem(400, `${refusal.message}.`, asked), errors: refusal.errors }
  return statusCode < 500 || err instanceof RequestRejected ? problem(statusCode, message, asked) : problem(500, 'Internal server error.', asked)
}

function problem (status: number, detail: string, { path }: Pick<FailedRequest, 'path'>): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status]!, status, detail, instance: path }
}

/** More bad parameters than this are not told: an answer must not grow with what is thrown at it. */
const mostErrors = 20

/** One entry a bad parameter, with what was given and what is allowed. */
function explain (findings: ValidationError[], { values, known }: FailedRequest): ParameterError[] {
  const errors = new Map<string, string>()
  for (const { keyword, instancePath, message, params } of findings) {
    const [parameter, text] = keyword === 'required'
      ? [String(params.missingProperty), 'is missing']
      : keyword === 'additionalProperties'
        ? [String(params.additionalProperty), `is not a parameter here: ${known.length === 0 ? 'there are none' : `${known.join(', ')} are`}`]
        : describe(instancePath.slice(1), values, message)
    if (!errors.has(parameter) && errors.size < mostErrors) errors.set(parameter, text)
  }
  return [...errors].map(([parameter, message]) => ({ parameter: parameter.slice(0, 64), message }))
}

function describe (parameter: string, values: Record<string, unknown>, message = 'is not valid'): [string, string] {
  const value = values[parameter]
  return [parameter, Array.isArray(value) ? 'must be given once' : `${quote(value)} ${message}`]
}
