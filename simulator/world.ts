import type { Cloud } from './cloud.js'
import type { SimulatedResponse, UpstreamName, SimulatedCall } from './exchange.js'
import { findToken, type Token } from './tokens.js'

/** All that an answer depends on beside the call: the cloud, who has logged in, where the servers are, what time it is. */
export interface World {
  cloud: Cloud
  tokens: Map<string, Token>
  origins: Record<UpstreamName, string>   // such as http://127.0.0.1:40001
  database: string
  tokenLife: number               // seconds
  now: () => number               // ms
}

export type Handler = (world: World, call: SimulatedCall, path: string[]) => SimulatedResponse
export type Caller = (world: World, call: SimulatedCall, token: Token, path: string[]) => SimulatedResponse

/** The first handler whose methods and path fit a call, with the groups of its path's pattern; else the last resort. */
export function dispatch (routes: [string, RegExp, Handler][], lastResort: Handler): Handler {
  return (world, call) => {
    for (const [methods, pattern, handle] of routes) {
      const path = methods.includes(call.method) && pattern.exec(call.path)
      if (path) return handle(world, call, path)
    }
    return lastResort(world, call, [])
  }
}

/** A handler for those who send a living token; the others are 401 in Keystone's form, as its middleware answers everywhere. */
export function authenticated (handle: Caller): Handler {
  return (world, call, path) => {
    const token = findToken(world.tokens, call.headers['x-auth-token'], world.now())
    return token ? handle(world, call, token, path) : unauthorized(world)
  }
}

/** Keystone's 401: the same for a wrong password, a dead token and a project that one has no role on. */
export function unauthorized (world: World, message = 'The request you have made requires authentication.'): SimulatedResponse {
  return {
    status: 401,
    headers: { 'www-authenticate': `Keystone uri="${world.origins.identity}/v3"` },
    body: { error: { code: 401, message, title: 'Unauthorized' } }
  }
}

/** An error of Nova's or Cinder's, whose body has one key that names its kind. */
export function fault (status: number, kind: string, message: string): SimulatedResponse {
  return { status, body: { [kind]: { code: status, message } } }
}

/** The 404 of a path that a service does not have: a page, of Keystone, Nova and Cinder alike. */
export const notFound = (): SimulatedResponse => ({
  status: 404,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>'
})
