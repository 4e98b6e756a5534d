/** The upstreams by their purpose, whatever their product and address. */
export const upstreamNames = ['identity', 'compute', 'network', 'block-storage', 'metrics'] as const
export type UpstreamName = typeof upstreamNames[number]

/**
 * Why an upstream could not be read.
 *
 * - `timeout`: no response before the deadline
 * - `unreachable`: no connection, or a broken one
 * - `absent`: the service catalog does not have it, or it lacks the extension
 * - `refused`: it rejects the service's credential
 * - `invalid`: an unexpected status, or a body that is not as documented
 * - `unavailable`: it accepts no requests for now: a 429, or a 413 or 503 with `Retry-After`
 * - `circuit-open`: it is not called after repeated failures
 * - `queue-full`: too many requests are queued, or this one was queued for too long
 */
export const failureReasons = [
  'timeout', 'unreachable', 'absent', 'refused', 'invalid', 'unavailable', 'circuit-open', 'queue-full'
] as const
export type FailureReason = typeof failureReasons[number]

export interface UpstreamErrorDetails {
  /** HTTP status of the upstream's response, if there was one. */
  status?: number
  /** The upstream's own id of the request, for its operator's log. */
  requestId?: string
  /** Seconds until it accepts requests again, 60 at most; 0 where that is unknown. */
  retryAfter?: number
}

/** An upstream failed. Neither the message nor the details ever hold a body, a credential or an address. */
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

/** @throws the error, where it is no upstream's */
export function asUpstreamError (err: unknown) {
  if (err instanceof UpstreamError) return err
  throw err
}

/**
 * Keystone failed to validate a caller's token. That is temporary, whatever the reason, and says nothing
 * about the token.
 */
export class TokenNotValidated extends UpstreamError {
  constructor ({ upstream, reason, message, details }: UpstreamError) {
    super(upstream, reason, `token validation failed: ${message}`, details)
  }
}

export interface ParameterError {
  parameter: string
  message: string
}

/** The request has invalid parameters, with one entry for each. */
export class InvalidParameters extends Error {
  override readonly name = 'InvalidParameters'

  constructor (readonly errors: ParameterError[]) {
    super(errors.map(({ parameter, message }) => `${parameter} ${message}`).join('; '))
  }
}

/** The requested thing does not exist, or the caller may not see it. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** The request has no token, or an invalid one. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized'
}

/** The user's password is accepted, and Keystone needs another factor. */
export class FactorsMissing extends Unauthorized {
  /** @param needs names of Keystone's methods, such as `totp` */
  constructor (readonly needs: string[]) {
    super(`another factor is needed: ${needs.join(', ')}`)
  }
}

/** The caller is known, and the request is not allowed. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** The request is rejected because of its format, or because of too many requests, whatever it asks for. */
export class RequestRejected extends Error {
  override readonly name = 'RequestRejected'

  constructor (readonly statusCode: 400 | 405 | 413 | 414 | 417 | 429 | 503, message: string) {
    super(message)
  }
}

/**
 * A setting is missing or invalid, and the service must not start. The message is one line without secrets.
 */
export class InvalidSetting extends Error {
  override readonly name = 'InvalidSetting'
}

/** A value for an error message: quoted, and cut where it is longer than any valid one. */
export function quote (value: unknown) {
  const text = String(JSON.stringify(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
