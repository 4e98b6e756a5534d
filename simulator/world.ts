import type { Cloud } from './cloud.js'
import type { SimulatedResponse, UpstreamName, SimulatedCall } from './calls.js'
import { findToken, type Receipt, type Token } from './tokens.js'

/** The state that responses depend on beside the call. */
export interface World {
  cloud: Cloud
  tokens: Map<string, Token>
  receipts: Map<string, Receipt>
  origins: Record<UpstreamName, string>   // such as http://127.0.0.1:40001
  database: string
  listLimit: number                       // entries of a page of Keystone's lists
  tokenLifetime: number                   // seconds
  now: () => number                       // ms
}

type PathGroups = string[]
export type Handler = (world: World, call: SimulatedCall, path: PathGroups) => SimulatedResponse
export type AuthenticatedHandler =
  (world: World, call: SimulatedCall, token: Token, path: PathGroups) => SimulatedResponse

/**
 * Combines handlers into one.
 * @param routes each with its methods, a pattern of the path, and a handler that receives the pattern's
 * groups
 * @param fallback handles calls that match no route
 */
export function dispatch (routes: [string, RegExp, Handler][], fallback: Handler): Handler {
  return (world, call) => {
    for (const [methods, pattern, handle] of routes) {
      const path = methods.includes(call.method) && pattern.exec(call.path)
      if (path) return handle(world, call, path)
    }
    return fallback(world, call, [])
  }
}

/**
 * A handler of calls with a valid token. Other calls get Keystone's 401, as its middleware sends in every
 * service.
 */
export function authenticated (handle: AuthenticatedHandler): Handler {
  return (world, call, path) => {
    const token = findToken(world.tokens, call.headers['x-auth-token'], world.now())
    return token ? handle(world, call, token, path) : unauthorized(world)
  }
}

/**
 * Keystone's 401: the same for a wrong password, an expired token and a project without a role for the user.
 */
export function unauthorized (
  world: World, message = 'The request you have made requires authentication.'
): SimulatedResponse {
  return {
    status: 401,
    headers: { 'www-authenticate': `Keystone uri="${world.origins.identity}/v3"` },
    body: { error: { code: 401, message, title: 'Unauthorized' } }
  }
}

/** An error response of Nova or Cinder: the body has one key, which names the kind of error. */
export function fault (status: number, kind: string, message: string): SimulatedResponse {
  return { status, body: { [kind]: { code: status, message } } }
}

/** The response to an unknown path: an HTML page, the same for Keystone, Nova and Cinder. */
export const notFound = (): SimulatedResponse => ({
  status: 404,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>'
})
