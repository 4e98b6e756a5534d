import t from 'tap'
import { adminCredential, demoCredential, restrictedCredential } from '#simulator/users.js'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { byPassword, openClouds } from './compared-clouds.js'
import type { ComparedCloud } from './compared-clouds.js'
import { applicationCredential } from './keystone.js'

const clouds = await openClouds(t)
const rules = [{ service: 'monitoring', method: 'GET', path: '/v1/openstack/projects/{id}/instances' }]
const [realAdmin, realDemo, realRestricted] = await Promise.all([
  applicationCredential(t, 'admin'), applicationCredential(t, 'demo'), applicationCredential(t, 'demo', rules)
])
const adminCredentialOf = (cloud: ComparedCloud) => cloud === clouds.real ? realAdmin : adminCredential
const demoCredentialOf = (cloud: ComparedCloud) => cloud === clouds.real ? realDemo : demoCredential
const restrictedCredentialOf = (cloud: ComparedCloud) =>
  cloud === clouds.real ? realRestricted : restrictedCredential
const unknown = '00000000000000000000000000000000'

const login = (body: unknown) => ({ path: '/v3/auth/tokens', method: 'POST' as const, body })
const byPasswordTo = (scope: unknown, name: string, password: string) =>
  login({ auth: { ...byPassword(name, '', password).auth, scope } })
const byToken = (token: string, scope?: unknown) =>
  login({ auth: { identity: { methods: ['token'], token: { id: token } }, scope } })
const byCredential = (credential: object, scope?: unknown) => login({
  auth: { identity: { methods: ['application_credential'], application_credential: credential }, scope }
})
type Credential = Record<'id' | 'name' | 'secret', string>
const byId = ({ id, secret }: Credential) => ({ id, secret })
const byName = ({ name, secret }: Credential) =>
  ({ name, secret, user: { name: 'demo', domain: { id: 'default' } } })
const toProject = (id: string) => ({ project: { id } })
const toDomain = (id: string) => ({ domain: { id } })
const toSystem = { system: { all: true } }
const validate = (subject: string, query = '') => ({
  path: `/v3/auth/tokens${query}`, headers: { 'x-subject-token': subject }
})

const logins: Requests = {
  'login by password': ({ password }) => login(byPassword('admin', 'admin', password)),
  'login by password, as a member': ({ password }) => login(byPassword('demo', 'demo', password)),
  'login without a scope': ({ password }) => byPasswordTo('unscoped', 'monitor', password),
  'login to the default project': ({ password }) => byPasswordTo(undefined, 'demo', password),
  'login with a wrong password': () => login(byPassword('admin', 'admin', 'wrong')),
  'login to the system': ({ password }) => byPasswordTo(toSystem, 'monitor', password),
  'login to the system without a role': ({ password }) => byPasswordTo(toSystem, 'demo', password),
  'login to a domain without a role': ({ password }) => byPasswordTo(toDomain('default'), 'admin', password),
  'login to an unknown domain': ({ password }) => byPasswordTo(toDomain(unknown), 'admin', password),
  'login of an unknown user': ({ password }) => login(byPassword('nobody', 'admin', password)),
  'login to a project without a role': ({ password }) => login(byPassword('demo', 'admin', password)),
  'login to an unknown project': ({ password }) => login(byPassword('admin', 'no-such-project', password)),
  'login without a body': () => login({}),
  'login without a method': () => login({ auth: { identity: { methods: [] } } }),
  'login by token': ({ tokens, projects }) => byToken(tokens.monitor, toProject(projects.demo)),
  'login by token, to a project without a role': ({ tokens, projects }) =>
    byToken(tokens.demo, toProject(projects.admin)),
  'login by token, to an unknown project': ({ tokens }) => byToken(tokens.monitor, toProject(unknown)),
  'login by an invalid token': ({ projects }) => byToken('not-a-token', toProject(projects.demo)),
  'login by application credential': (cloud) => byCredential(byId(adminCredentialOf(cloud))),
  'login by the name of an application credential': (cloud) => byCredential(byName(demoCredentialOf(cloud))),
  'login by application credential with access rules': (cloud) =>
    byCredential(byId(restrictedCredentialOf(cloud))),
  'login by application credential, to a project': (cloud) =>
    byCredential(byId(adminCredentialOf(cloud)), toProject(cloud.projects.admin)),
  'login with a wrong secret': (cloud) =>
    byCredential({ ...byId(adminCredentialOf(cloud)), secret: 'wrong' }),
  'login by an unknown application credential': () => byCredential({ id: unknown, secret: 'wrong' })
}

const rolePath = (project: string) => `/v3/projects/${project}/users/${unknown}/roles/${unknown}`

const otherRequests: Requests = {
  versions: () => ({ path: '/' }),
  version: () => ({ path: '/v3' }),
  'token validation': ({ tokens }) => validate(tokens.admin),
  'token validation without the catalog': ({ tokens }) => validate(tokens.demo, '?nocatalog'),
  'validation of the own token': ({ tokens }) => ({ ...validate(tokens.demo), as: 'demo' }),
  'validation of another user\'s token, as a member': ({ tokens }) => ({
    ...validate(tokens.admin), as: 'demo'
  }),
  'validation of an invalid token': () => validate('not-a-token'),
  'validation without a token': ({ tokens }) => ({ ...validate(tokens.admin), as: 'nobody' }),
  'validation without a subject token': () => ({ path: '/v3/auth/tokens' }),
  'revocation of an invalid token': () => ({ ...validate('not-a-token'), method: 'DELETE' }),
  'revocation of another user\'s token, as a member': ({ tokens }) => ({
    ...validate(tokens.admin), method: 'DELETE', as: 'demo'
  }),
  'role assignment, as a member': ({ projects }) => ({
    path: rolePath(projects.demo), method: 'PUT', as: 'demo'
  }),
  'assignment of an unknown role': ({ projects }) => ({ path: rolePath(projects.demo), method: 'PUT' }),
  projects: () => ({ path: '/v3/projects' }),
  'projects by name': () => ({ path: '/v3/projects?name=admin' }),
  'projects by an unknown name': () => ({ path: '/v3/projects?name=no-such-project' }),
  'domains that act as projects': () => ({ path: '/v3/projects?is_domain=true&domain_id=default' }),
  'projects, as a member': () => ({ path: '/v3/projects', as: 'demo' }),
  'projects, as a reader': () => ({ path: '/v3/projects', as: 'monitor' }),
  'projects, without a token': () => ({ path: '/v3/projects', as: 'nobody' }),
  'own projects': () => ({ path: '/v3/auth/projects' }),
  'own projects, as a member': () => ({ path: '/v3/auth/projects', as: 'demo' }),
  'own projects, as a reader': () => ({ path: '/v3/auth/projects', as: 'monitor' }),
  'one project': ({ projects }) => ({ path: `/v3/projects/${projects.demo}` }),
  'one project, as a member': ({ projects }) => ({ path: `/v3/projects/${projects.demo}`, as: 'demo' }),
  'another project, as a member': ({ projects }) => ({ path: `/v3/projects/${projects.admin}`, as: 'demo' }),
  'unknown project': () => ({ path: `/v3/projects/${unknown}` }),
  'unknown project, as a member': () => ({ path: `/v3/projects/${unknown}`, as: 'demo' }),
  domains: () => ({ path: '/v3/domains' }),
  'domains by name': () => ({ path: '/v3/domains?name=Default' }),
  'domains by an unknown name': () => ({ path: '/v3/domains?name=no-such-domain' }),
  'domains, as a member': () => ({ path: '/v3/domains', as: 'demo' }),
  'unknown path': () => ({ path: '/v3/nothing-here' })
}

compare(t, clouds, 'identity', { ...logins, ...otherRequests })
