import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { parse } from 'yaml'
import { clientConfig } from './openstackclient.js'

const { auth_url: url, password } = parse(readFileSync(clientConfig, 'utf8')).clouds.admin.auth
const inDefault = { domain: { id: 'default' } }

/** One call to the real Keystone: its status, its body, and the token that it issues. */
export async function ask (
  method: string,
  path: string,
  { token, subject, body }: { token?: string, subject?: string, body?: object } = {}
) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token && { 'x-auth-token': token }),
      ...(subject && { 'x-subject-token': subject })
    },
    body: body && JSON.stringify(body)
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: text === '' ? undefined : JSON.parse(text),
    issued: answer.headers.get('x-subject-token') ?? ''
  }
}

/** A token, of the scope that is asked for. */
async function issue (identity: object, scope?: object | string) {
  const { status, issued } = await ask('POST', '/auth/tokens', { body: { auth: { identity, scope } } })
  if (status !== 201) throw new Error(`a login answered ${status}`)
  return issued
}

export const onProject = (name: string) => ({ project: { name, ...inDefault } })
export const login = (name: string, scope: object | string) =>
  issue({ methods: ['password'], password: { user: { name, ...inDefault, password } } }, scope)

/** A user of a test's own, who ends with it: what is done to his roles is done to nobody else. */
export async function createUser (t: Test) {
  const name = `test-${process.pid}`
  const token = await login('admin', onProject('admin'))
  const list = async (kind: 'projects' | 'users' | 'roles') => {
    const rows: Array<{ name: string, id: string }> = (await ask('GET', `/${kind}`, { token })).body[kind]
    return Object.fromEntries(rows.map(({ name, id }) => [name, id]))
  }
  const [projects, roles, users] = [await list('projects'), await list('roles'), await list('users')]
  const { user: { id } } = (await ask('POST', '/users', {
    token, body: { user: { name, password, domain_id: 'default' } }
  })).body
  t.teardown(() => ask('DELETE', `/users/${id}`, { token }))
  let credentials = 0

  return {
    name,
    /** Gives or takes away a role on something, such as `projects/ID`, `domains/ID` or `system`. */
    role: (method: 'PUT' | 'DELETE', what: string, role: string) => ask(
      method, `/${what}/users/${id}/roles/${roles[role]}`, { token }
    ),
    onProject: (project: string) => `projects/${projects[project]}`,
    revoke: (subject: string) => ask('DELETE', '/auth/tokens', { token, subject }),
    /** A token of an application credential of his, in the project of one of his tokens. */
    async credential (own: string, accessRules: object[]) {
      const body = { application_credential: { name: `${name}-${credentials++}`, access_rules: accessRules } }
      const { application_credential: credential } = (await ask(
        'POST', `/users/${id}/application_credentials`, { token: own, body }
      )).body
      return issue({
        methods: ['application_credential'],
        application_credential: { id: credential.id, secret: credential.secret }
      })
    },
    /** A token of somebody whom he trusts with a role of his in a project. */
    async trust (own: string, trustee: string, project: string, role: string) {
      const trust = {
        trustor_user_id: id,
        trustee_user_id: users[trustee],
        project_id: projects[project],
        impersonation: false,
        roles: [{ name: role }]
      }
      const { body } = await ask('POST', '/OS-TRUST/trusts', { token: own, body: { trust } })
      return login(trustee, { 'OS-TRUST:trust': { id: body.trust.id } })
    }
  }
}
