import type { IncomingHttpHeaders } from 'node:http'
import { InvalidParameters, Unauthorized } from '../errors.js'

/** The headers that a token comes in. */
export const tokenHeaders = ['x-auth-token', 'authorization'] as const

/**
 * What any token is made of, and no more of it than any has: Fernet ones have some 200 characters, signed ones 1,500.
 * Source: RFC 6750, `b64token`.
 */
const form = /^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/

/**
 * The token that a request brings, as OpenStack's clients send it or as OAuth's do.
 * @throws Unauthorized where there is none, or something that cannot be one; InvalidParameters where there are two.
 */
export function tokenIn ({ 'x-auth-token': own, authorization }: IncomingHttpHeaders) {
  const [, bearer] = /^Bearer +([^ ].*)$/i.exec(authorization ?? '') ?? []
  if (own && bearer && own !== bearer) {
    throw new InvalidParameters([{ parameter: 'X-Auth-Token', message: 'must be the token of Authorization, or stand alone' }])
  }
  const token = own || bearer
  if (!token) throw new Unauthorized('there is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer')
  if (!form.test(String(token))) throw invalidToken()
  return String(token)
}

/** What is said of every token that is worth nothing, so that nobody learns why. */
export const invalidToken = () => new Unauthorized('the token is not valid')
