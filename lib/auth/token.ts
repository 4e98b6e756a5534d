import type { IncomingHttpHeaders } from 'node:http'
import { InvalidParameters, Unauthorized } from '#lib/errors.js'

/** The headers that may carry a token. */
export const tokenHeaders = ['x-auth-token', 'authorization', 'cookie'] as const

/**
 * The characters of a token, and a bound on their number: Fernet tokens have about 200, signed ones 1,500.
 * Source: RFC 6750, `b64token`.
 */
const pattern = /^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/

/** Whether a text may be a token. */
export const isToken = (text: string) => pattern.test(text)

/** The unchecked token of a request, in the header of OpenStack's clients or in that of OAuth's. */
export const findToken = ({ 'x-auth-token': own, authorization }: IncomingHttpHeaders) =>
  own || bearerOf(authorization)

const bearerOf = (authorization?: string) => authorization && /^Bearer +([^ ].*)$/i.exec(authorization)?.[1]

/**
 * The token of a request.
 * @param sessionToken that of the user's session, which counts where no header has one
 * @throws Unauthorized where there is none, or something that cannot be one; InvalidParameters where there
 * are two
 */
export function requireToken (headers: IncomingHttpHeaders, sessionToken?: string) {
  const token = findToken(headers) || sessionToken
  const bearer = bearerOf(headers.authorization)
  if (bearer && token !== bearer) {
    throw new InvalidParameters([{
      parameter: 'X-Auth-Token', message: 'must be the token of Authorization, or stand alone'
    }])
  }
  if (!token) {
    throw new Unauthorized(
      'there is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer'
    )
  }
  if (!isToken(String(token))) throw invalidToken()
  return String(token)
}

/** The error for each kind of invalid token, so that no client learns which it is. */
export const invalidToken = () => new Unauthorized('the token is not valid')
