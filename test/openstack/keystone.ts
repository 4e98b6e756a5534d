import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { parse } from 'yaml'
import { clientConfig } from './openstackclient.js'

/** The password is that of every seeded user. */
export const { auth_url: url, password } = parse(readFileSync(clientConfig, 'utf8')).clouds.admin.auth
const inDefault = { domain: { id: 'default' } }

interface RequestOptions { token?: string, subject?: string, body?: object }

/**
 * Sends a request to the real Keystone.
 * @returns the status, the body, and the issued token if there is one
 */
async function request (method: string, path: string, { token, subject, body }: RequestOptions = {}) {
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token && { 'x-auth-token': token }),
      ...(subject && { 'x-subject-token': subject })
    },
    body: body && JSON.stringify(body)
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    issued: response.headers.get('x-subject-token') ?? ''
  }
}

async function issueToken (identity: object, scope?: object | string) {
  const { status, issued } = await request('POST', '/auth/tokens', { body: { auth: { identity, scope } } })
  if (status !== 201) throw new Error(`a login returned ${status}`)
  return issued
}

export const onProject = (name: string) => ({ project: { name, ...inDefault } })
export const login = (name: string, scope: object | string) =>
  issueToken({ methods: ['password'], password: { user: { name, ...inDefault, password } } }, scope)

/** Whether Keystone accepts a token. */
export async function isValid (subject: string) {
  const token = await login('admin', onProject('admin'))
  return (await request('GET', '/auth/tokens', { token, subject })).status === 200
}

interface ApplicationCredential { id: string, name: string, secret: string }

let credentials = 0

/** @param token of the user; the credential is for its project */
async function createCredential (user: string, token: string, accessRules?: object[]) {
  const { status, body } = await request('POST', `/users/${user}/application_credentials`, {
    token,
    body: {
      application_credential: { name: `test-${process.pid}-${credentials++}`, access_rules: accessRules }
    }
  })
  if (status !== 201) throw new Error(`the creation of an application credential returned ${status}`)
  return body.application_credential as ApplicationCredential
}

/**
 * Creates an application credential of a user, for the project of the same name. It is deleted with the test.
 */
export async function applicationCredential (t: Test, user: string, accessRules?: object[]) {
  const token = await login(user, onProject(user))
  const { body } = await request('GET', '/auth/tokens', { token, subject: token })
  const { id: userId } = body.token.user
  const credential = await createCredential(userId, token, accessRules)
  t.teardown(() => request('DELETE', `/users/${userId}/application_credentials/${credential.id}`, { token }))
  return credential
}

/** Creates a user for one test, which may change its roles. The user is deleted with the test. */
export async function createUser (t: Test) {
  const name = `test-${process.pid}`
  const token = await login('admin', onProject('admin'))
  const idsOf = async (kind: 'projects' | 'users' | 'roles') => {
    const { body } = await request('GET', `/${kind}`, { token })
    const rows: Array<{ name: string, id: string }> = body[kind]
    return Object.fromEntries(rows.map(({ name, id }) => [name, id]))
  }
  const [projects, roles, users] = [await idsOf('projects'), await idsOf('roles'), await idsOf('users')]
  const created = await request('POST', '/users', {
    token, body: { user: { name, password, domain_id: 'default' } }
  })
  const { id } = created.body.user
  t.teardown(() => request('DELETE', `/users/${id}`, { token }))

  return {
    name,
    /** Adds or removes a role on a target, such as `projects/ID`, `domains/ID` or `system`. */
    changeRole: (method: 'PUT' | 'DELETE', target: string, role: string) =>
      request(method, `/${target}/users/${id}/roles/${roles[role]}`, { token }),
    onProject: (project: string) => `projects/${projects[project]}`,
    revoke: (subject: string) => request('DELETE', '/auth/tokens', { token, subject }),
    /**
     * Creates an application credential of the user.
     * @param own a token of the user; the credential is for its project
     * @returns a token of the credential
     */
    async credentialToken (own: string, accessRules: object[]) {
      const { id: credentialId, secret } = await createCredential(id, own, accessRules)
      return issueToken({
        methods: ['application_credential'],
        application_credential: { id: credentialId, secret }
      })
    },
    /**
     * Creates a trust that gives another user a role of this user in a project.
     * @param own a token of this user
     * @returns a token of the trustee
     */
    async trustToken (own: string, trustee: string, project: string, role: string) {
      const trust = {
        trustor_user_id: id,
        trustee_user_id: users[trustee],
        project_id: projects[project],
        impersonation: false,
        roles: [{ name: role }]
      }
      const { body } = await request('POST', '/OS-TRUST/trusts', { token: own, body: { trust } })
      return login(trustee, { 'OS-TRUST:trust': { id: body.trust.id } })
    }
  }
}
