import type { Test } from 'tap'
import { adminCredential, demoCredential, restrictedCredential, trustId } from '#simulator/users.js'
import { byCredential, byPassword, logIn, onProject } from './simulator-client.js'
import { startService as startWithoutAuthentication } from './service.js'
import type { ServiceOptions } from './service.js'

/** How each caller of the tests logs in. */
const logins = {
  admin: { ...byPassword('admin'), ...onProject('admin') },
  systemAdmin: { ...byPassword('admin'), scope: { system: { all: true } } },
  adminCredential: byCredential(adminCredential),
  demo: { ...byPassword('demo'), ...onProject('demo') },
  demoCredential: byCredential(demoCredential),
  restricted: byCredential(restrictedCredential),
  trustee: { ...byPassword('monitor'), scope: { 'OS-TRUST:trust': { id: trustId } } },
  monitor: { ...byPassword('monitor'), ...onProject('admin') },
  lead: { ...byPassword('lead'), scope: { domain: { id: 'default' } } },
  heatLead: { ...byPassword('lead'), scope: { domain: { name: 'heat_user_domain' } } },
  guest: { ...byPassword('guest'), ...onProject('demo') },
  systemReader: { ...byPassword('monitor'), scope: { system: { all: true } } },
  unscoped: { ...byPassword('monitor'), scope: 'unscoped' }
}
export type Caller = keyof typeof logins

/**
 * Starts the service with `AUTH=keystone` over a simulated cloud, with a clock that the test moves. The
 * summary has the projects of all domains.
 */
export async function startService (
  t: Test,
  env: Record<string, string | undefined> = {},
  options: Pick<ServiceOptions, 'logger' | 'metricsStore'> = {}
) {
  const clock = { time: Date.parse('2026-11-23T12:00:00.500Z') }
  const service = await startWithoutAuthentication(t, {
    env: { AUTH: 'keystone', CACHE: 'on', EXCLUDE_DOMAINS: 'none', ...env },
    now: () => clock.time,
    ...options
  })
  const { app, simulator } = service
  const keystone = simulator.env.OS_AUTH_URL!

  const tokenOf = async (caller: Caller) => (await logIn(keystone, logins[caller])).id
  const get = (url: string, token?: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers: { ...(token !== undefined && { 'x-auth-token': token }), ...headers } })
  /** Requests a change from Keystone, as an admin. */
  const change = async (method: 'PUT' | 'DELETE', path: string, headers: Record<string, string> = {}) => {
    const token = await tokenOf('admin')
    const request = { method, headers: { 'x-auth-token': token, ...headers } }
    const { status } = await fetch(keystone + path, request)
    if (status !== 204) throw new Error(`${method} ${path} returned ${status}`)
  }
  return {
    ...service,
    clock,
    keystone,
    tokenOf,
    get,
    revoke: (token: string) => change('DELETE', '/auth/tokens', { 'x-subject-token': token }),
    change,
    /** The number of token validations at Keystone since the last call of this function. */
    validations: () => simulator.calls.splice(0)
      .filter(({ method, path }) => method === 'GET' && path === '/v3/auth/tokens').length
  }
}

export const projects = '/v1/openstack/projects'
export const summary = `${projects}/summary`
export const range = 'timeRangeFrom=2h&timeRangeTo=1h&groupBy=5m'
