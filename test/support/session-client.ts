import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { password } from '#simulator/users.js'
import { startService as startAuthenticated } from './authenticated-service.js'

type Service = Awaited<ReturnType<typeof startAuthenticated>>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** A request as a browser sends it for a page of the service. */
interface PageRequest {
  body?: unknown
  headers?: Record<string, string | undefined>
  remoteAddress?: string
}

/** The login of a user by password. */
export const byPassword = (user: string, rest: object = {}) =>
  ({ method: 'password', user, domain: 'Default', password, ...rest })

/** A browser with cookies of its own, whose page is of this service. */
export function openBrowser ({ app }: Pick<Service, 'app'>) {
  const cookies = new Map<string, string>()

  async function send (
    method: Method, url: string, { body, headers = {}, ...rest }: PageRequest = {}
  ): Promise<LightMyRequestResponse> {
    const all: Record<string, string | undefined> = {
      'sec-fetch-site': 'same-origin',
      cookie: cookies.size > 0 ? [...cookies].map((pair) => pair.join('=')).join('; ') : undefined,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers
    }
    const sent = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
    )
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.inject({ method, url, headers: sent, payload, ...rest })
    for (const line of setCookies(response)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (line.includes('Max-Age=0;')) cookies.delete(name!)
      else cookies.set(name!, value!)
    }
    return response
  }

  return {
    cookies,
    send,
    get: (url: string, headers?: PageRequest['headers']) => send('GET', url, { headers }),
    signIn: (body: object, headers?: PageRequest['headers']) =>
      send('POST', '/ui/session', { body, headers }),
    state: async () => (await send('GET', '/ui/session')).json(),
    choose: (body: object) => send('PUT', '/ui/session/scope', { body }),
    signOut: () => send('DELETE', '/ui/session')
  }
}

/** The `Set-Cookie` lines of a response. */
export const setCookies = ({ headers }: LightMyRequestResponse) => [headers['set-cookie'] ?? []].flat()

export const cookieName = '__Host-openstack-monitoring'

/** Starts the service with `AUTH=keystone`, and returns it with a function that opens browsers. */
export async function startSessionService (
  t: Test, env?: Parameters<typeof startAuthenticated>[1], options?: Parameters<typeof startAuthenticated>[2]
) {
  const service = await startAuthenticated(t, env, options)
  return { ...service, browser: () => openBrowser(service) }
}
