import type { Test } from 'tap'
import { startSimulator, type SimulatorOptions } from '#simulator/simulator.js'
import { password } from '#simulator/users.js'

const inDefault = { domain: { name: 'Default' } }

/** The identity part of a login by name. */
export const byPassword = (name: string) =>
  ({ identity: { methods: ['password'], password: { user: { name, ...inDefault, password } } } })

/** The scope of a project of the default domain. */
export const onProject = (name: string) => ({ scope: { project: { name, ...inDefault } } })

/** The identity part of a login with an application credential. */
export const byCredential = (credential: object) =>
  ({ identity: { methods: ['application_credential'], application_credential: credential } })

/** What a Keystone answers to a login, with the token that it gives. */
export async function logIn (keystone: string, auth: object) {
  const response = await fetch(`${keystone}/auth/tokens`, { method: 'POST', body: JSON.stringify({ auth }) })
  const { token, error } = await response.json() as any
  return {
    response, status: response.status, token, error, id: response.headers.get('x-subject-token') ?? ''
  }
}

/** A simulator that ends with the test, and what it takes to talk to it. */
export async function simulate (t: Test, options?: SimulatorOptions) {
  const simulator = await startSimulator(options)
  t.teardown(() => simulator.close())
  const keystone = simulator.env.OS_AUTH_URL!

  const login = (auth: object) => logIn(keystone, auth)

  /** Logs in by name to a project (monitor: to admin), for calls below an endpoint of the catalog. */
  async function as (name: string, project: string | undefined = name === 'monitor' ? 'admin' : name) {
    const { token, id } = await login({ ...byPassword(name), ...onProject(project) })
    const url = (type: string) =>
      token.catalog.find((service: any) => service.type === type).endpoints[2].url as string
    const get = async (address: string, headers: Record<string, string> = {}) => {
      const response = await fetch(address, { headers: { 'x-auth-token': id, ...headers } })
      const text = await response.text()
      return { response, status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
    }
    return { id, url, get }
  }

  async function query (q: string, params: object, fields: Record<string, string> = {}) {
    const form = new URLSearchParams({ db: 'mon', epoch: 's', ...fields, q, params: JSON.stringify(params) })
    const response = await fetch(`${simulator.env.INFLUX_URL}/query`, { method: 'POST', body: form })
    return { response, status: response.status, body: await response.json() as any }
  }

  return { simulator, keystone, login, as, query }
}
