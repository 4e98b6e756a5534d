import t from 'tap'
import { demoProjectId } from '#simulator/seed.js'
import { demoUserId, password, restrictedCredential, roleId, trustId } from '#simulator/users.js'
import { byCredential, byPassword, onProject, simulate } from '#test/support/simulator-client.js'

const { simulator, keystone, login, as } = await simulate(t, { projects: 8, instances: 20 })

t.test('lists a disabled project but rejects logins to it', async (t) => {
  const { get } = await as('admin')
  const { body } = await get(`${keystone}/projects?enabled=false`)
  t.equal(body.projects.length, 1)
  t.equal((await login({ ...byPassword('admin'), ...onProject(body.projects[0].name) })).status, 401)
})

t.test('lets users validate their own tokens, and admins all tokens', async (t) => {
  const [admin, demo, again] = [await as('admin'), await as('demo'), await as('demo')]
  const check = ({ get }: typeof demo, subject: string, search = '') =>
    get(`${keystone}/auth/tokens${search}`, { 'x-subject-token': subject })
  const { response, body } = await check(admin, demo.id)
  t.equal(response.headers.get('x-subject-token'), demo.id)
  t.equal(body.token.user.name, 'demo')
  t.ok(body.token.catalog)
  t.notOk((await check(admin, demo.id, '?nocatalog')).body.token.catalog)
  t.equal((await check(again, demo.id)).status, 200)
  t.equal((await check(demo, admin.id)).status, 403)
  t.equal((await check(demo, 'dead')).status, 404)
  t.equal((await demo.get(`${keystone}/auth/tokens`)).status, 404)
  const headers = { 'x-auth-token': demo.id, 'x-subject-token': demo.id }
  t.equal((await fetch(`${keystone}/auth/tokens`, { method: 'HEAD', headers })).status, 200)
})

t.test('validates a token with access rules only for clients that support them', async (t) => {
  const { get } = await as('admin')
  const { id } = await login(byCredential(restrictedCredential))
  const validate = async (headers = {}) =>
    (await get(`${keystone}/auth/tokens`, { 'x-subject-token': id, ...headers })).status
  t.equal(await validate(), 404)
  t.equal(await validate({ 'openstack-identity-access-rules': '1.0' }), 200)
})

t.test('lets users revoke their own tokens, and admins all tokens', async (t) => {
  const [admin, demo, other] = [await as('admin'), await as('demo'), await as('monitor')]
  const revoke = async (user: typeof demo, subject: string) => {
    const headers = { 'x-auth-token': user.id, 'x-subject-token': subject }
    return (await fetch(`${keystone}/auth/tokens`, { method: 'DELETE', headers })).status
  }
  t.equal(await revoke(other, demo.id), 403)
  t.equal(await revoke(demo, demo.id), 204)
  t.equal((await demo.get(`${keystone}/auth/projects`)).status, 401)
  t.equal(await revoke(admin, other.id), 204)
  t.equal(await revoke(admin, other.id), 404)
})

t.test('revokes and grants a role, which invalidates and restores the tokens', async (t) => {
  const { keystone, login, as } = await simulate(t, { projects: 0 })
  const [admin, demo] = [await as('admin'), await as('demo')]
  const { id: trustee } = await login({
    ...byPassword('monitor'), scope: { 'OS-TRUST:trust': { id: trustId } }
  })
  const grant = async (method: string, user: string, role: string, caller = admin) => {
    const url = `${keystone}/projects/${demoProjectId}/users/${user}/roles/${role}`
    return (await fetch(url, { method, headers: { 'x-auth-token': caller.id } })).status
  }
  const validate = async (id: string) =>
    (await admin.get(`${keystone}/auth/tokens`, { 'x-subject-token': id })).status
  const statuses = async () => [
    (await demo.get(`${keystone}/auth/projects`)).status,
    ...await Promise.all([demo.id, trustee].map(validate))
  ]
  t.strictSame(await statuses(), [200, 200, 200])
  t.equal(await grant('DELETE', demoUserId, roleId('member')), 204)
  t.strictSame(await statuses(), [401, 404, 403], '403 for the trust: its trustor lacks a delegated role')
  t.equal((await login({ ...byPassword('demo'), ...onProject('demo') })).status, 401)
  t.notOk((await login(byPassword('demo'))).token.project)
  t.equal(await grant('PUT', demoUserId, roleId('member')), 204)
  t.strictSame(await statuses(), [200, 200, 200])
  t.equal(await grant('PUT', 'nobody', roleId('member')), 404)
  t.equal(await grant('PUT', demoUserId, 'nothing'), 404)
  t.equal(await grant('PUT', demoUserId, roleId('admin'), demo), 403)
  t.equal(await grant('DELETE', demoUserId, roleId('member'), demo), 403)
})

t.test('lists all projects and domains for admins, and their own projects for all users', async (t) => {
  const [admin, monitor, demo] = [await as('admin'), await as('monitor'), await as('demo')]
  const { projects, links } = (await admin.get(`${keystone}/projects`)).body
  t.equal(projects.length, 13, 'two of the seed, eight more and three of Heat')
  t.equal(links.self, `${keystone}/projects`)
  t.ok(projects.every((project: any) => project.is_domain === false))
  const [one, ...others] = (await admin.get(`${keystone}/projects?name=demo&limit=9`)).body.projects
  t.strictSame([one.id, others], [demoProjectId, []])
  const domains = (await admin.get(`${keystone}/projects?is_domain=true`)).body.projects
  t.strictSame(domains.map(({ name }: any) => name), ['Default', 'heat_user_domain'])
  const [heat] = (await admin.get(`${keystone}/domains?name=heat_user_domain`)).body.domains
  t.equal(projects.filter((project: any) => project.domain_id === heat.id).length, 3)
  t.equal((await demo.get(`${keystone}/projects`)).status, 403)
  t.equal((await demo.get(`${keystone}/domains`)).status, 403)
  const own = (await monitor.get(`${keystone}/auth/projects`)).body.projects
  t.strictSame(own.map(({ name }: any) => name), ['admin', 'demo'])
})

t.test('shows a project to admins and to users whose token is scoped to it', async (t) => {
  const [admin, monitor, demo] = [await as('admin'), await as('monitor'), await as('demo')]
  for (const [user, id, status] of [
    [admin, demoProjectId, 200],
    [demo, demoProjectId, 200], [monitor, demoProjectId, 403], [admin, 'none', 404], [demo, 'none', 403]
  ] as const) {
    t.equal((await user.get(`${keystone}/projects/${id}`)).status, status)
  }
})

t.test('shows only its versions without a token', async (t) => {
  const versions = await fetch(new URL('/', keystone))
  t.equal(versions.status, 300)
  t.equal(versions.headers.get('location'), `${keystone}/`)
  t.equal((await (await fetch(keystone)).json() as any).version.id, 'v3.14')
  t.equal((await fetch(`${keystone}/projects`)).status, 401)
  t.equal((await fetch(`${keystone}/nothing`)).status, 404)
})

t.test('lists what a user may scope a token to', async (t) => {
  const own = async (name: string, scope: object, kind: string) => {
    const { id } = await login({ ...byPassword(name), ...scope })
    const response = await fetch(`${keystone}/auth/${kind}`, { headers: { 'x-auth-token': id } })
    return (await response.json() as any)[kind]
  }
  const unscoped = { scope: 'unscoped' }
  const names = (rows: any[]) => rows.map(({ name }) => name).sort()
  t.strictSame(names(await own('lead', unscoped, 'domains')), ['Default', 'heat_user_domain'])
  t.strictSame(await own('lead', unscoped, 'projects'), [])
  t.strictSame(names(await own('monitor', unscoped, 'projects')), ['admin', 'demo'])
  t.strictSame(await own('monitor', unscoped, 'system'), [{ all: true }])
  t.strictSame(await own('demo', onProject('demo'), 'system'), [])
})

t.test('shows users to themselves and to admins, and role assignments to admins', async (t) => {
  const [admin, demo] = [await as('admin'), await as('demo')]
  const user = `${keystone}/users/${demoUserId}`
  for (const { get } of [admin, demo]) {
    t.match((await get(user)).body.user, { name: 'demo', default_project_id: demoProjectId })
  }
  t.equal((await demo.get(`${keystone}/users/none`)).status, 403)
  t.equal((await admin.get(`${keystone}/users/none`)).status, 404)
  const assignments = (caller: typeof demo, user: string) =>
    caller.get(`${keystone}/role_assignments?user.id=${user}&effective&include_names`)
  t.equal((await assignments(demo, demoUserId)).status, 403)
  t.strictSame((await assignments(admin, 'none')).body.role_assignments, [])
  const rows = (await assignments(admin, demoUserId)).body.role_assignments
  t.strictSame(rows.map(({ role }: any) => role.name), ['member', 'reader'])
  t.ok(rows.every(({ scope }: any) => scope.project.id === demoProjectId))
  const { id: lead } = (await login(byPassword('lead'))).token.user
  t.match((await assignments(admin, lead)).body.role_assignments, [
    { scope: { domain: { id: 'default' } } }, { scope: { domain: { id: String } } }
  ])
  const { id: monitor } = (await login(byPassword('monitor'))).token.user
  const { body } = await assignments(admin, monitor)
  t.match(body.role_assignments.at(-1), { scope: { system: { all: true } } })
})

t.test('posts an unscoped token to a trusted dashboard', async (t) => {
  const start = (path: string, origin: string) =>
    fetch(`${keystone}/auth/OS-FEDERATION/${path}?origin=${origin}`)
  for (const path of ['websso/openid', 'identity_providers/google/protocols/openid/websso']) {
    const page = await (await start(path, 'http://localhost:8080/ui/session/websso')).text()
    t.match(page, 'action="http://localhost:8080/ui/session/websso" method="post"')
    const id = /value="([^"]+)"/.exec(page)![1]!
    const response = await fetch(`${keystone}/auth/tokens`, {
      headers: { 'x-auth-token': id, 'x-subject-token': id }
    })
    const { token } = await response.json() as any
    t.match(token, { methods: ['openid'], user: { name: 'demo' } })
    t.notOk(token.project)
  }
  t.equal((await start('websso/openid', 'https://attacker.example.org/')).status, 401)
  t.equal((await fetch(`${keystone}/auth/OS-FEDERATION/websso/openid`)).status, 401)
})

t.test('every service rejects an expired token', async (t) => {
  let now = Date.now()
  const shortLived = await simulate(t, { projects: 0, tokenLifetime: 60, now: () => now })
  const { get, url } = await shortLived.as('admin')
  t.equal((await get(`${url('compute')}/limits`)).status, 200)
  now += 60_000
  const paths = {
    compute: '/limits', network: '/v2.0/quotas/x/details', volumev3: '/os-quota-sets/x', identity: '/projects'
  }
  for (const address of Object.entries(paths).map(([type, path]) => url(type) + path)) {
    const { response, body } = await get(address)
    t.equal(response.status, 401)
    t.strictSame(body.error.title, 'Unauthorized')
    t.equal(response.headers.get('www-authenticate'), `Keystone uri="${shortLived.keystone}"`)
  }
})

t.test('offers settings for the service', async (t) => {
  t.match(simulator.env, {
    OS_USERNAME: 'admin', OS_PASSWORD: password, OS_PROJECT_NAME: 'admin', INFLUX_DATABASE: 'mon'
  })
})
