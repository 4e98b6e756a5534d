import type { SimulatedResponse, SimulatedCall } from './calls.js'
import {
  describeAccount, describeAssignments, describeDomain, describeDomainAsProject, describeProject,
  describeToken
} from './identity-body.js'
import { keystoneError, login } from './login.js'
import { signOn } from './single-sign-on.js'
import { findToken, isAdmin, mayRead, rolesOn, type Token } from './tokens.js'
import { implied, roleId, type RoleName } from './users.js'
import {
  authenticated, dispatch, notFound, type AuthenticatedHandler, type Handler, type World
} from './world.js'

const forbidden = (action: string) =>
  keystoneError(403, 'Forbidden', `You are not authorized to perform the requested action: ${action}.`)

const version = ({ origins }: World) => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${origins.identity}/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }]
})

const showVersions: Handler = (world) => ({
  status: 300,
  headers: { location: `${world.origins.identity}/v3/` },
  body: { versions: { values: [version(world)] } }
})

const showVersion: Handler = (world) => ({ status: 200, body: { version: version(world) } })

const tokenResponse = (world: World, token: Token, status: number, withCatalog: boolean): SimulatedResponse =>
  ({
    status,
    headers: { 'x-subject-token': token.id },
    body: { token: describeToken(world, token, withCatalog) }
  })

const createToken: Handler = (world, call) => {
  const result = login(world, call)
  return 'status' in result ? result : tokenResponse(world, result, 201, true)
}

const validateToken: AuthenticatedHandler = (world, call, caller) => {
  const id = call.headers['x-subject-token']
  if (!id) return keystoneError(404, 'Not Found', 'No token in the request')
  if (lacksTrust(world.tokens.get(String(id)))) {
    return keystoneError(403, 'Forbidden', 'You are not authorized to perform the requested action.')
  }
  const subject = findToken(world.tokens, id, world.now())
  if (!subject) return keystoneError(404, 'Not Found', 'Could not recognize Fernet token')
  if (subject.user !== caller.user && !isAdmin(caller)) return forbidden('identity:validate_token')
  const knowsRules = call.headers['openstack-identity-access-rules'] === '1.0'
  if (subject.credential?.accessRules && !knowsRules) {
    return keystoneError(404, 'Not Found', 'Failed to validate token')
  }
  return tokenResponse(world, subject, 200, !call.query.has('nocatalog'))
}

/** Whether a trust's token lacks a delegated role because its trustor no longer has that role. */
const lacksTrust = (token?: Token) =>
  token?.trust?.roles.some((role) => !rolesOn(token, token.user).includes(role))

const revokeToken: AuthenticatedHandler = (world, call, caller) => {
  const subject = findToken(world.tokens, call.headers['x-subject-token'], world.now())
  if (!subject) return keystoneError(404, 'Not Found', 'Could not recognize Fernet token')
  if (subject.user !== caller.user && !isAdmin(caller)) return forbidden('identity:revoke_token')
  world.tokens.delete(subject.id)
  return { status: 204 }
}

// Here a user has one role per project, with its implied roles.
const grantRole: AuthenticatedHandler = (world, call, caller, [, projectId, userId, requestedRole]) => {
  const user = world.cloud.users.find(({ id }) => id === userId)
  const role = (Object.keys(implied) as RoleName[]).find((name) => roleId(name) === requestedRole)
  if (!user || !role) {
    const missing = user ? `role: ${requestedRole}` : `user: ${userId}`
    return keystoneError(404, 'Not Found', `Could not find ${missing}.`)
  }
  if (!isAdmin(caller)) return forbidden(`identity:${call.method === 'PUT' ? 'create' : 'revoke'}_grant`)
  if (call.method === 'PUT') user.roles.set(projectId!, implied[role])
  else user.roles.delete(projectId!)
  return { status: 204 }
}

function listResponse (
  world: World, { path, query }: SimulatedCall, key: string, rows: object[]
): SimulatedResponse {
  const self = `${world.origins.identity}${path}${query.size > 0 ? `?${query}` : ''}`
  return { status: 200, body: { [key]: rows, links: { next: null, self, previous: null } } }
}

// Without a requested `limit`, Keystone caps the list and gives no sign of it.
function pageResponse (
  world: World, call: SimulatedCall, key: string, rows: Array<{ id: string }>
): SimulatedResponse {
  if (world.listLimit === Infinity) return listResponse(world, call, key, rows)
  const { path, query } = call
  const limit = Math.min(Number(query.get('limit') ?? Infinity), world.listLimit)
  const start = rows.findIndex(({ id }) => id === query.get('marker')) + 1
  const page = rows.slice(start, start + limit)
  const response = listResponse(world, call, key, page)
  if (!query.has('limit') || page.length < limit) return response
  const next = new URLSearchParams({ ...Object.fromEntries(query), marker: page.at(-1)!.id })
  const links = { next: `${world.origins.identity}${path}?${next}` }
  return { status: 200, body: { ...response.body as object, links, truncated: true } }
}

function filterRows<Row extends object> (query: URLSearchParams, rows: Row[]): Row[] {
  const filters = [...query].filter(([field]) => ['name', 'domain_id', 'enabled'].includes(field))
  return rows.filter((row) => filters.every(([field, value]) => String(row[field as keyof Row]) === value))
}

const listProjects: AuthenticatedHandler = (world, call, caller) => {
  if (!isAdmin(caller)) return forbidden('identity:list_projects')
  const rows: Array<{ id: string }> = call.query.get('is_domain') === 'true'
    ? world.cloud.domains.map((domain) => describeDomainAsProject(world, domain))
    : [...world.cloud.projects.values()].map((project) => describeProject(world, project))
  return pageResponse(world, call, 'projects', filterRows(call.query, rows))
}

// Lists each project on which the user has a role, disabled ones too. Keystone offers no filters here.
const listOwnProjects: AuthenticatedHandler = (world, call, { user, credential }) =>
  listResponse(world, call, 'projects', [...world.cloud.projects.values()]
    .filter(({ id }) => credential ? id === credential.projectId : user.roles.has(id))
    .map((project) => describeProject(world, project)))

const listOwnDomains: AuthenticatedHandler = (world, call, { user }) =>
  listResponse(world, call, 'domains', world.cloud.domains
    .filter(({ id }) => user.roles.has(id))
    .map((domain) => describeDomain(world, domain)))

const listOwnSystem: AuthenticatedHandler = (world, call, { user }) =>
  listResponse(world, call, 'system', user.roles.has('system') ? [{ all: true }] : [])

const showUser: AuthenticatedHandler = (world, call, caller, [, id]) => {
  if (caller.user.id !== id && !isAdmin(caller)) return forbidden('identity:get_user')
  const user = world.cloud.users.find((user) => user.id === id)
  return user
    ? { status: 200, body: { user: describeAccount(world, user) } }
    : keystoneError(404, 'Not Found', `Could not find user: ${id}.`)
}

// Here only the effective assignments of one user, with names.
const listAssignments: AuthenticatedHandler = (world, call, caller) => {
  if (!isAdmin(caller)) return forbidden('identity:list_role_assignments')
  const user = world.cloud.users.find(({ id }) => id === call.query.get('user.id'))
  return listResponse(world, call, 'role_assignments', user ? describeAssignments(world, user) : [])
}

const showProject: AuthenticatedHandler = (world, call, caller, [, id]) => {
  if (!mayRead(caller, id!)) return forbidden('identity:get_project')
  const project = world.cloud.projects.get(id!)
  return project
    ? { status: 200, body: { project: describeProject(world, project) } }
    : keystoneError(404, 'Not Found', `Could not find project: ${id}.`)
}

const listDomains: AuthenticatedHandler = (world, call, caller) => {
  if (!isAdmin(caller)) return forbidden('identity:list_domains')
  const rows = world.cloud.domains.map((domain) => describeDomain(world, domain))
  return pageResponse(world, call, 'domains', filterRows(call.query, rows))
}

/** Keystone: version documents, tokens, projects, domains, users and single sign-on. */
export const identity = dispatch([
  ['GET', /^\/$/, showVersions],
  ['GET', /^\/v3\/?$/, showVersion],
  ['POST', /^\/v3\/auth\/tokens$/, createToken],
  ['GET HEAD', /^\/v3\/auth\/tokens$/, authenticated(validateToken)],
  ['DELETE', /^\/v3\/auth\/tokens$/, authenticated(revokeToken)],
  ['GET', /^\/v3\/auth\/projects$/, authenticated(listOwnProjects)],
  ['GET', /^\/v3\/auth\/domains$/, authenticated(listOwnDomains)],
  ['GET', /^\/v3\/auth\/system$/, authenticated(listOwnSystem)],
  ['GET', /^\/v3\/auth\/OS-FEDERATION\/(?:identity_providers\/.+\/)?websso(?:\/[^/]+)?$/, signOn],
  ['GET', /^\/v3\/users\/([^/]+)$/, authenticated(showUser)],
  ['GET', /^\/v3\/role_assignments$/, authenticated(listAssignments)],
  ['GET', /^\/v3\/projects$/, authenticated(listProjects)],
  ['GET', /^\/v3\/projects\/([^/]+)$/, authenticated(showProject)],
  ['PUT DELETE', /^\/v3\/projects\/([^/]+)\/users\/([^/]+)\/roles\/([^/]+)$/, authenticated(grantRole)],
  ['GET', /^\/v3\/domains$/, authenticated(listDomains)]
], notFound)
