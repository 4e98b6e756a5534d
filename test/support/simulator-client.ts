import type { Test } from 'tap'
import { startSimulator, type SimulatorOptions } from '#simulator/simulator.js'
import { password } from '#simulator/users.js'

const inDefault = { domain: { name: 'Default' } }

/** The identity part of a login by user name and password. */
export const byPassword = (name: string) =>
  ({ identity: { methods: ['password'], password: { user: { name, ...inDefault, password } } } })

/** The scope part of a login: a project of the default domain. */
export const onProject = (name: string) => ({ scope: { project: { name, ...inDefault } } })

/** The identity part of a login with an application credential. */
export const byCredential = (credential: object) =>
  ({ identity: { methods: ['application_credential'], application_credential: credential } })

/**
 * Logs in to a Keystone.
 * @param keystone its URL, with the version
 * @returns the response, the token's description, and the token as `id`
 */
export async function logIn (keystone: string, auth: object) {
  const response = await fetch(`${keystone}/auth/tokens`, { method: 'POST', body: JSON.stringify({ auth }) })
  const { token, error } = await response.json() as any
  const id = response.headers.get('x-subject-token') ?? ''
  return { response, status: response.status, token, error, id }
}

/** Values by name: a duration is a literal itself, and any other text goes into quotes. */
export type Literals = Record<string, string | { duration: string }>

/** Puts literals into statements, in the place of each $name. */
export const withLiterals = (q: string, values: Literals) => q.replace(/\$(\w+)/g, (_, name: string) => {
  const value = values[name]!
  return typeof value === 'string' ? `'${value}'` : value.duration
})

/** Starts a simulator that ends with the test, and returns it with client functions. */
export async function simulate (t: Test, options?: SimulatorOptions) {
  const simulator = await startSimulator(options)
  t.teardown(() => simulator.close())
  const keystone = simulator.env.OS_AUTH_URL!

  const login = (auth: object) => logIn(keystone, auth)

  /**
   * Logs in as a user.
   * @param project the project of the user's own name by default; for monitor, admin
   * @returns the token, a function that finds the public URL of a service type in the catalog, and a GET with
   * the token
   */
  async function as (name: string, project: string | undefined = name === 'monitor' ? 'admin' : name) {
    const { token, id } = await login({ ...byPassword(name), ...onProject(project) })
    const url = (type: string): string =>
      token.catalog.find((service: any) => service.type === type).endpoints[2].url
    const get = async (address: string, headers: Record<string, string> = {}) => {
      const response = await fetch(address, { headers: { 'x-auth-token': id, ...headers } })
      const text = await response.text()
      return { response, status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
    }
    return { id, url, get }
  }

  /** Sends InfluxQL statements to the metrics store, with a literal instead of each $name. */
  async function query (q: string, values: Literals, fields: Record<string, string> = {}) {
    const form = new URLSearchParams({ db: 'mon', epoch: 's', ...fields, q: withLiterals(q, values) })
    const response = await fetch(`${simulator.env.INFLUX_URL}/query`, { method: 'POST', body: form })
    return { response, status: response.status, body: await response.json() as any }
  }

  return { simulator, keystone, login, as, query }
}
