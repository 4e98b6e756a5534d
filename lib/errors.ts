/** What an upstream is to us, whatever product and address it has. */
export const upstreamNames = ['identity', 'compute', 'network', 'block-storage', 'metrics'] as const
export type UpstreamName = typeof upstreamNames[number]

/**
 * Why an upstream could not be read.
 * `timeout`: no answer within the deadline. `unreachable`: no connection, or one that broke. `absent`: the catalog does not offer it.
 * `refused`: it does not accept our credential. `invalid`: it returned an invalid response. `resting`: it failed so often that it is not asked
 * for a moment. `busy`: too many calls wait for it, or this one has for too long.
 */
export const failureReasons = ['timeout', 'unreachable', 'absent', 'refused', 'invalid', 'circuit-open', 'queue-full'] as const
export type FailureReason = typeof failureReasons[number]

export interface UpstreamErrorDetails {
  /** HTTP status of the upstream's answer, if there was one. */
  status?: number
  /** The upstream's own id of the request, for its operator's log. */
  requestId?: string
}

/** An upstream failed us. Neither the message nor the facts ever hold a body, a credential or an address. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'

  constructor (
    readonly upstream: UpstreamName,
    readonly reason: FailureReason,
    message: string,
    readonly details: UpstreamErrorDetails = {}
  ) {
    super(`${upstream}: ${message}`)
  }
}

/** Keystone did not tell whether a caller's token is good, which says nothing of the token: that passes, whatever the reason. */
export class TokenNotValidated extends UpstreamError {
  constructor ({ upstream, reason, message, details }: UpstreamError) {
    super(upstream, reason, `token validation failed: ${message}`, details)
  }
}

export interface ParameterError {
  parameter: string
  message: string
}

/** The caller asked for something that has no meaning; one entry a bad parameter. */
export class InvalidParameters extends Error {
  override readonly name = 'InvalidParameters'

  constructor (readonly errors: ParameterError[]) {
    super(errors.map(({ parameter, message }) => `${parameter} ${message}`).join('; '))
  }
}

/** What the caller named does not exist, or is not the caller's to know of. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** Who asks is not known: there is no token, or one that is worth nothing. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized'
}

/** Who asks is known, and may not. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** The request is refused for its form, or because there are too many, of this caller or in all: whatever it asks for. */
export class RequestRejected extends Error {
  override readonly name = 'Refusal'

  constructor (readonly statusCode: 400 | 414 | 417 | 429 | 503, message: string) {
    super(message)
  }
}

/** A setting is missing or makes no sense: the service must not start. The message is one line and holds no secret. */
export class InvalidSetting extends Error {
  override readonly name = 'InvalidSetting'
}

/** A value as it may stand in an error message: quoted, and cut where it is longer than anything valid is. */
export function quote (value: unknown) {
  const text = String(JSON.stringify(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
