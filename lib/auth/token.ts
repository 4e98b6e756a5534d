import type { IncomingHttpHeaders } from 'node:http'
import { InvalidParameters, Unauthorized } from '#lib/errors.js'

/** The headers that a token comes in. */
export const tokenHeaders = ['x-auth-token', 'authorization'] as const

/**
 * What any token is made of, and no more of it than any has: Fernet ones have some 200 characters, signed ones 1,500.
 * Source: RFC 6750, `b64token`.
 */
const form = /^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/

/** What a request brings for a token, whatever it is: as OpenStack's clients send it, or as OAuth's do. */
export const findToken = ({ 'x-auth-token': own, authorization }: IncomingHttpHeaders) => own || bearerIn(authorization)

const bearerIn = (authorization?: string) => authorization && /^Bearer +([^ ].*)$/i.exec(authorization)?.[1]

/**
 * The token that a request brings.
 * @throws Unauthorized where there is none, or something that cannot be one; InvalidParameters where there are two.
 */
export function requireToken (headers: IncomingHttpHeaders) {
  const token = findToken(headers)
  const bearer = bearerIn(headers.authorization)
  if (bearer && token !== bearer) {
    throw new InvalidParameters([{ parameter: 'X-Auth-Token', message: 'must be the token of Authorization, or stand alone' }])
  }
  if (!token) throw new Unauthorized('there is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer')
  if (!form.test(String(token))) throw invalidToken()
  return String(token)
}

/** What is said of every token that is worth nothing, so that nobody learns why. */
export const invalidToken = () => new Unauthorized('the token is not valid')
