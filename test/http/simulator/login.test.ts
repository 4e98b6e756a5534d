import t from 'tap'
import { adminProjectId, demoProjectId } from '#simulator/seed.js'
import {
  adminCredential,
  adminUserId,
  demoCredential,
  demoUserId,
  factorsUserId,
  monitorUserId,
  passcode,
  password,
  restrictedCredential,
  trustId
} from '#simulator/users.js'
import { byCredential, byPassword, onProject, simulate } from '#test/support/simulator-client.js'

const { keystone, login } = await simulate(t, { projects: 8, instances: 20 })
const byToken = (id: string) => ({ identity: { methods: ['token'], token: { id } } })

t.test('logs in by password and returns the catalog of the four services', async (t) => {
  const { response, token, id } = await login({ ...byPassword('admin'), ...onProject('admin') })
  t.equal(response.status, 201)
  t.match(response.headers.get('x-openstack-request-id'), /^req-/)
  t.match(id, /^gAAAAAB/)
  t.strictSame(token.methods, ['password'])
  t.strictSame(token.project, {
    domain: { id: 'default', name: 'Default' }, id: adminProjectId, name: 'admin'
  })
  t.strictSame(token.roles.map(({ name }: any) => name), ['admin', 'member', 'reader'])
  t.equal(Date.parse(token.expires_at) - Date.parse(token.issued_at), 3600_000)
  t.strictSame(token.catalog.map(({ type }: any) => type), ['network', 'compute', 'volumev3', 'identity'])
  const interfaces = token.catalog[0].endpoints.map((endpoint: any) => endpoint.interface)
  t.strictSame(interfaces, ['internal', 'admin', 'public'])
  t.ok(token.catalog[2].endpoints[0].url.endsWith(`/v3/${adminProjectId}`))
})

t.test('uses the requested scope, else the user\'s default project, else no scope', async (t) => {
  const byId = { identity: { methods: ['password'], password: { user: { id: adminUserId, password } } } }
  const { token: scopedById } = await login({ ...byId, scope: { project: { id: adminProjectId } } })
  t.equal(scopedById.project.id, adminProjectId)
  t.equal((await login(byId)).token.project.id, adminProjectId)
  for (const unscoped of [await login(byPassword('monitor')), await login({ ...byId, scope: 'unscoped' })]) {
    t.equal(unscoped.status, 201)
    t.notOk('project' in unscoped.token || 'catalog' in unscoped.token || 'roles' in unscoped.token)
  }
})

t.test('a token obtained with a token inherits its expiry and its audit ids', async (t) => {
  const first = await login(byPassword('monitor'))
  const second = await login({ ...byToken(first.id), ...onProject('demo') })
  t.strictSame(second.token.methods, ['token', 'password'])
  t.equal(second.token.expires_at, first.token.expires_at)
  t.equal(second.token.audit_ids[1], first.token.audit_ids[0])
  t.strictSame(second.token.roles.map(({ name }: any) => name), ['reader'])
  const third = await login({ ...byToken(second.id), ...onProject('admin') })
  t.equal(third.token.audit_ids[1], first.token.audit_ids[0])
})

t.test('an application credential logs in to its own project, by id or by name', async (t) => {
  const { id, name, secret } = demoCredential
  const user = { name: 'demo', domain: { id: 'default' } }
  for (const credential of [{ id, secret }, { name, secret, user }]) {
    const { token } = await login(byCredential(credential))
    t.equal(token.project.id, demoProjectId)
    t.strictSame(token.application_credential, { id, name, restricted: true })
  }
  const admin = await login(byCredential(adminCredential))
  t.equal(admin.token.project.id, adminProjectId)
  const again = await login({ ...byToken(admin.id), ...onProject('admin') })
  t.equal(again.status, 403, 'the token cannot be used to log in again')
  const own = await fetch(`${keystone}/auth/projects`, { headers: { 'x-auth-token': admin.id } })
  t.strictSame((await own.json() as any).projects.map(({ name }: any) => name), ['admin'])
})

t.test('logs in to a domain and to the system, where the catalog has no endpoints of projects', async (t) => {
  const domain = await login({ ...byPassword('lead'), scope: { domain: { id: 'default' } } })
  t.strictSame(domain.token.domain, { id: 'default', name: 'Default' })
  t.strictSame(domain.token.roles.map(({ name }: any) => name), ['reader'])
  t.notOk('project' in domain.token || 'is_domain' in domain.token)
  const system = await login({ ...byPassword('monitor'), scope: { system: { all: true } } })
  t.strictSame(system.token.system, { all: true })
  for (const { token } of [domain, system]) {
    t.strictSame(token.catalog.map(({ endpoints }: any) => endpoints.length), [3, 3, 0, 3])
  }
})

t.test('a trust lets its trustee act as its trustor in a project', async (t) => {
  const { token } = await login({ ...byPassword('monitor'), scope: { 'OS-TRUST:trust': { id: trustId } } })
  t.equal(token.user.name, 'demo')
  t.strictSame(token['OS-TRUST:trust'], {
    id: trustId, impersonation: true, trustor_user: { id: demoUserId }, trustee_user: { id: monitorUserId }
  })
  t.equal(token.project.id, demoProjectId)
  t.strictSame(token.roles.map(({ name }: any) => name), ['member', 'reader'])
  t.notOk('is_domain' in token)
})

t.test('the token of an application credential shows its access rules', async (t) => {
  const { token } = await login(byCredential(restrictedCredential))
  t.match(token.application_credential, {
    restricted: true, access_rules: [{ id: String, service: 'monitoring', method: 'GET', path: String }]
  })
})

t.test('wants a passcode beside the password, at once or with a receipt', async (t) => {
  const user = { id: factorsUserId }
  const byBoth = (methods: string[], code = passcode) => ({
    identity: {
      methods, password: { user: { ...user, password } }, totp: { user: { ...user, passcode: code } }
    }
  })
  const withReceipt = (receipt: string, auth: object) => fetch(`${keystone}/auth/tokens`, {
    method: 'POST', headers: { 'openstack-auth-receipt': receipt }, body: JSON.stringify({ auth })
  })
  t.equal((await login(byBoth(['password', 'totp']))).status, 201)
  const rejected = await login(byBoth(['password', 'totp'], 'wrong'))
  t.equal(rejected.response.headers.get('openstack-auth-receipt'), null)
  const first = await fetch(`${keystone}/auth/tokens`, {
    method: 'POST', body: JSON.stringify({ auth: byBoth(['password']) })
  })
  t.equal(first.status, 401)
  t.match(await first.json(), {
    receipt: { methods: ['password'], user: { ...user, name: 'factors' }, expires_at: String },
    required_auth_methods: [['password', 'totp']]
  })
  const receipt = first.headers.get('openstack-auth-receipt')!
  t.equal((await withReceipt(receipt, byBoth(['totp'], 'wrong'))).status, 401)
  t.equal((await withReceipt(receipt, byPassword('demo'))).status, 401, 'it is another user\'s')
  t.equal((await withReceipt(receipt, byBoth(['totp']))).status, 201)
})

const { id, secret } = demoCredential
const domain = { name: 'heat_user_domain' }
const wrong = {
  identity: { methods: ['password'], password: { user: { id: adminUserId, password: 'wrong' } } }
}
for (const [name, auth, status] of [
  ['a wrong password', { ...wrong, ...onProject('admin') }, 401],
  ['no user', { identity: { methods: ['password'] } }, 401],
  [
    'a user of another domain',
    { identity: { methods: ['password'], password: { user: { name: 'admin', password, domain } } } },
    401
  ],
  ['a project without a role on it', { ...byPassword('demo'), ...onProject('admin') }, 401],
  ['an unknown project', { ...byPassword('demo'), ...onProject('nowhere') }, 401],
  ['an unknown project id', { ...byPassword('demo'), scope: { project: { id: 'nowhere' } } }, 401],
  ['a domain without a role on it', { ...byPassword('admin'), scope: { domain: { id: 'default' } } }, 401],
  ['an unknown domain', { ...byPassword('lead'), scope: { domain: { id: 'nowhere' } } }, 401],
  ['the system without a role on it', { ...byPassword('demo'), scope: { system: { all: true } } }, 401],
  ['another user\'s trust', { ...byPassword('admin'), scope: { 'OS-TRUST:trust': { id: trustId } } }, 401],
  ['an unknown method', { identity: { methods: ['magic'] } }, 401],
  ['no identity', {}, 400],
  ['an invalid token', byToken('invalid'), 404],
  ['a token method without a token', { identity: { methods: ['token'] } }, 404],
  ['an unknown credential', byCredential({ id: 'none', secret }), 404],
  ['a credential without its user', byCredential({ name: 'for-demo', secret }), 401],
  ['a credential method without one', { identity: { methods: ['application_credential'] } }, 401],
  ['a wrong secret', byCredential({ id, secret: 'wrong' }), 401],
  ['a credential with a scope', { ...byCredential({ id, secret }), ...onProject('demo') }, 401]
] as const) {
  t.test(`rejects ${name}: ${status}`, async (t) => {
    const { response, error } = await login(auth)
    t.equal(response.status, status)
    t.equal(error.code, status)
    t.equal(response.headers.get('www-authenticate'), status === 401 ? `Keystone uri="${keystone}"` : null)
  })
}

t.test('rejects a login that is not JSON', async (t) => {
  t.equal((await fetch(`${keystone}/auth/tokens`, { method: 'POST', body: '{' })).status, 400)
})
