import t from 'tap'
import { adminCredential, demoCredential, restrictedCredential } from '#simulator/users.js'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { applicationCredential } from './openstackclient.js'
import { byPassword, openSides } from './side.js'
import type { Side } from './side.js'

const sides = await openSides(t)
const rules = [{ service: 'monitoring', method: 'GET', path: '/v1/openstack/projects/{id}/instances' }]
const [admins, demos, restricted] = await Promise.all([
  applicationCredential(t, 'admin'), applicationCredential(t, 'demo'), applicationCredential(t, 'demo', rules)
])
const adminsOf = (side: Side) => side === sides.real ? admins : adminCredential
const demosOf = (side: Side) => side === sides.real ? demos : demoCredential
const restrictedOf = (side: Side) => side === sides.real ? restricted : restrictedCredential
const nobody = '00000000000000000000000000000000'

const login = (body: unknown) => ({ path: '/v3/auth/tokens', method: 'POST' as const, body })
const byToken = (token: string, scope?: unknown) =>
  login({ auth: { identity: { methods: ['token'], token: { id: token } }, scope } })
const byCredential = (credential: object, scope?: unknown) =>
  login({
    auth: { identity: { methods: ['application_credential'], application_credential: credential }, scope }
  })
const pick = ({ secret, ...names }: Record<'id' | 'name' | 'secret', string>, by: 'id' | 'name') => ({
  [by]: names[by], secret
})
const toProject = (id: string) => ({ project: { id } })
const validate = (subject: string, query = '') => ({
  path: `/v3/auth/tokens${query}`, headers: { 'x-subject-token': subject }
})

const logins: Requests = {
  'by password': ({ password }) => login(byPassword('admin', 'admin', password)),
  'by password, as a member': ({ password }) => login(byPassword('demo', 'demo', password)),
  'by password, to no scope': ({ password }) => login({
    auth: { ...byPassword('monitor', '', password).auth, scope: 'unscoped' }
  }),
  'by password, to the default project': ({ password }) => login({
    auth: { ...byPassword('demo', '', password).auth, scope: undefined }
  }),
  'by a wrong password': () => login(byPassword('admin', 'admin', 'wrong')),
  'to the system': ({ password }) => login({
    auth: { ...byPassword('monitor', '', password).auth, scope: { system: { all: true } } }
  }),
  'to the system without a role': ({ password }) => login({
    auth: { ...byPassword('demo', '', password).auth, scope: { system: { all: true } } }
  }),
  'to a domain without a role': ({ password }) => login({
    auth: { ...byPassword('admin', '', password).auth, scope: { domain: { id: 'default' } } }
  }),
  'to no domain': ({ password }) => login({
    auth: { ...byPassword('admin', '', password).auth, scope: { domain: { id: nobody } } }
  }),
  'as nobody': ({ password }) => login(byPassword('nobody', 'admin', password)),
  'to a project without a role': ({ password }) => login(byPassword('demo', 'admin', password)),
  'to no project': ({ password }) => login(byPassword('admin', 'no-such-project', password)),
  'without a body': () => login({}),
  'by no method': () => login({ auth: { identity: { methods: [] } } }),
  'by a token': ({ tokens, projects }) => byToken(tokens.monitor, toProject(projects.demo)),
  'by a token, to a project without a role': ({ tokens, projects }) => byToken(
    tokens.demo, toProject(projects.admin)
  ),
  'by a token, to no project': ({ tokens }) => byToken(tokens.monitor, toProject(nobody)),
  'by no token': ({ projects }) => byToken('not-a-token', toProject(projects.demo)),
  'by an application credential': (side) => byCredential(pick(adminsOf(side), 'id')),
  'by an application credential\'s name': (side) =>
    byCredential({ ...pick(demosOf(side), 'name'), user: { name: 'demo', domain: { id: 'default' } } }),
  'by an application credential with access rules': (side) => byCredential(pick(restrictedOf(side), 'id')),
  'by an application credential, to a project': (side) => byCredential(
    pick(adminsOf(side), 'id'), toProject(side.projects.admin)
  ),
  'by a wrong secret': (side) => byCredential({ ...pick(adminsOf(side), 'id'), secret: 'wrong' }),
  'by no application credential': () => byCredential({ id: nobody, secret: 'wrong' })
}

const reads: Requests = {
  versions: () => ({ path: '/' }),
  version: () => ({ path: '/v3' }),
  'a token': ({ tokens }) => validate(tokens.admin),
  'a token without its catalog': ({ tokens }) => validate(tokens.demo, '?nocatalog'),
  'one\'s own token': ({ tokens }) => ({ ...validate(tokens.demo), as: 'demo' }),
  'another\'s token, as a member': ({ tokens }) => ({ ...validate(tokens.admin), as: 'demo' }),
  'no token': () => validate('not-a-token'),
  'a token, with no token': ({ tokens }) => ({ ...validate(tokens.admin), as: 'nobody' }),
  'a token that is not named': () => ({ path: '/v3/auth/tokens' }),
  'revoking no token': () => ({ ...validate('not-a-token'), method: 'DELETE' }),
  'revoking another\'s token, as a member': ({ tokens }) => ({
    ...validate(tokens.admin), method: 'DELETE', as: 'demo'
  }),
  'giving a role, as a member': ({ projects }) => ({
    path: `/v3/projects/${projects.demo}/users/${nobody}/roles/${nobody}`, method: 'PUT', as: 'demo'
  }),
  'giving no role': ({ projects }) => ({
    path: `/v3/projects/${projects.demo}/users/${nobody}/roles/${nobody}`, method: 'PUT'
  }),
  projects: () => ({ path: '/v3/projects' }),
  'projects of a name': () => ({ path: '/v3/projects?name=admin' }),
  'projects of no name': () => ({ path: '/v3/projects?name=no-such-project' }),
  'domains that act as projects': () => ({ path: '/v3/projects?is_domain=true&domain_id=default' }),
  'projects, as a member': () => ({ path: '/v3/projects', as: 'demo' }),
  'projects, as a reader': () => ({ path: '/v3/projects', as: 'monitor' }),
  'projects, without a token': () => ({ path: '/v3/projects', as: 'nobody' }),
  'one\'s own projects': () => ({ path: '/v3/auth/projects' }),
  'one\'s own projects, as a member': () => ({ path: '/v3/auth/projects', as: 'demo' }),
  'one\'s own projects, as a reader': () => ({ path: '/v3/auth/projects', as: 'monitor' }),
  'a project': ({ projects }) => ({ path: `/v3/projects/${projects.demo}` }),
  'a project, as a member': ({ projects }) => ({ path: `/v3/projects/${projects.demo}`, as: 'demo' }),
  'another project, as a member': ({ projects }) => ({ path: `/v3/projects/${projects.admin}`, as: 'demo' }),
  'no project': () => ({ path: `/v3/projects/${nobody}` }),
  'no project, as a member': () => ({ path: `/v3/projects/${nobody}`, as: 'demo' }),
  domains: () => ({ path: '/v3/domains' }),
  'domains of a name': () => ({ path: '/v3/domains?name=Default' }),
  'domains of no name': () => ({ path: '/v3/domains?name=no-such-domain' }),
  'domains, as a member': () => ({ path: '/v3/domains', as: 'demo' }),
  'no path of Keystone\'s': () => ({ path: '/v3/nothing-here' })
}

compare(t, sides, 'identity', { ...logins, ...reads })
