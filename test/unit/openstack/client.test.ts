import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import type { Simulator, SimulatorOptions } from '#simulator/simulator.js'
import { adminCredential, demoCredential } from '#simulator/users.js'
import { UpstreamError } from '#lib/errors.js'
import type { Catalog } from '#lib/openstack/catalog.js'
import { createOpenStack } from '#lib/openstack/client.js'
import { readCloud } from '#lib/openstack/clouds-yaml.js'
import { quotaSources } from '#lib/openstack/quotas.js'
import type { UpstreamObserver } from '#lib/upstream/upstream-client.js'
import type { Settings } from '#lib/config/settings.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'

const limits = { timeout: 5_000, connections: 16 }
const admin = '9c1a27e20412473b843dbf32bdec2390'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'

/** A client over a simulated cloud, both with a clock that the test moves. */
async function connect (t: Test, env: Partial<Settings> = {}, options: SimulatorOptions = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const now = () => clock.time
  const simulator = await startSimulator({ projects: 2, instances: 5, now, ...options })
  const dispatcher = createDispatcher(limits)
  t.teardown(async () => {
    await dispatcher.destroy()
    await simulator.close()
  })
  const backgroundErrors: unknown[] = []
  const outcomes: string[] = []
  const observer: UpstreamObserver = {
    clientCreated () {},
    requestCompleted: (upstream, operation, outcome) => { outcomes.push(`${operation} ${outcome}`) }
  }
  const cloud = readCloud({ ...simulator.env, ...env } as Partial<Settings> as Settings)
  const upstream = createUpstream(dispatcher, limits, observer)
  const onBackgroundError = (err: unknown) => { backgroundErrors.push(err) }
  const openstack = createOpenStack(cloud, upstream, { now, onBackgroundError }, ['heat_user_domain'])
  /** The requests since the last call of this function. */
  const paths = () => simulator.calls.splice(0).map(({ method, path }) => `${method} ${path}`)
  /** The method of each login so far: `password`, `application_credential`, or `token` for a rescope. */
  const logins = () => simulator.calls
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body).auth.identity.methods[0])
  const count = async (project: string, hostname?: string) =>
    (await openstack.servers(project, { limit: 1, hostname })).total
  return { openstack, cloud, upstream, simulator, clock, backgroundErrors, outcomes, paths, logins, count }
}

const userOnly = { OS_PROJECT_NAME: undefined, OS_USERNAME: undefined, OS_PASSWORD: undefined }
const asApplication = ({ id, secret }: typeof demoCredential) =>
  ({ ...userOnly, OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret })

t.test('coalesces concurrent logins and reads of the microversion', async (t) => {
  const { openstack, count, logins, simulator } = await connect(t)
  await Promise.all([count(admin), count(demo), openstack.projects()])
  t.same(logins(), ['password'])
  t.equal(simulator.calls.filter(({ path }) => path === '/v2.1/').length, 1)
})

t.test('an admin\'s credential reads all projects with one token', async (t) => {
  for (const [name, env] of Object.entries({
    'by password': {}, 'by application credential': asApplication(adminCredential)
  })) {
    await t.test(name, async (t) => {
      const { openstack, count, logins } = await connect(t, env)
      t.equal(await openstack.reach(), 'all')
      t.ok((await openstack.projects()).projects.length >= 4)
      t.equal(await count(demo), 1)
      t.same(await openstack.quota(demo, quotaSources.network), {
        floatingIpsLimit: 2, floatingIpsUsed: 0, securityGroupsLimit: 5, securityGroupsUsed: 2
      })
      await openstack.project(demo)
      await t.rejects(openstack.project('unknown'), { name: 'NotFound' })
      t.equal(logins().length, 1)
    })
  }
})

t.test('a reader\'s credential reads its projects, each with a rescoped token', async (t) => {
  const { openstack, count, logins, clock } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  t.equal(await openstack.reach(), 'own')
  t.same((await openstack.projects()).projects.map(({ name }) => name).sort(), ['admin', 'demo'])
  t.equal((await openstack.quota(demo, quotaSources['block-storage'])).volumeStorageLimit, 10)
  t.equal(await count(admin), 42)
  t.equal((await openstack.servers(demo, { limit: 10 })).servers[0]!.name, 'demo-test')
  await openstack.project(demo)
  clock.time += 1_000
  await t.rejects(openstack.project('unknown'), { name: 'NotFound' })
  t.same(logins(), ['password', 'token'], 'the credential\'s own project needs no rescoped token')
})

t.test('Nova decides how far a credential reads that Keystone lists projects to', async (t) => {
  const { openstack, count, simulator, paths } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects: [] } } : undefined
  t.equal(await openstack.reach(), 'own')
  t.same((await openstack.projects()).projects.map(({ name }) => name).sort(), ['admin', 'demo'])
  t.equal(await count(demo), 1)
  paths()
  await openstack.reach()
  t.same(paths(), [], 'the reach is cached')

  for (const refused of ['/v2.1/servers', '/v2.1/limits']) {
    const admin = await connect(t)
    admin.simulator.intercept = ({ path }) => path === refused ? { status: 403, body: {} } : undefined
    t.equal(await admin.openstack.reach(), 'own', refused)
  }
})

t.test('Keystone decides alone while Nova fails, and Nova again within 10 s', async (t) => {
  const { openstack, simulator, clock } = await connect(t)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 500 } : undefined
  t.equal(await openstack.reach(), 'all')
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 403, body: {} } : undefined
  clock.time += 9_999
  t.equal(await openstack.reach(), 'all')
  await nextTurn()
  t.equal(await openstack.reach(), 'all', 'no request until then')
  clock.time += 1
  t.equal(await openstack.reach(), 'all', 'the check runs in the background')
  while (await openstack.reach() === 'all') await nextTurn()

  const other = await connect(t)
  const broken = createOpenStack(other.cloud, async (name, request) => {
    if (name === 'compute') throw new TypeError('a bug')
    return await other.upstream(name, request)
  }, { now: () => 0, onBackgroundError () {} }, [])
  await t.rejects(broken.reach(), TypeError)
})

t.test('finds out the reach again where a service rejects an admin, at most once a minute', async (t) => {
  const { openstack, count, simulator, clock, paths, backgroundErrors } = await connect(t)
  const probes = () => paths().filter((path) => path === 'GET /v2.1/servers').length
  t.equal(await count(demo), 1)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 403, body: {} } : undefined
  const refused = { name: 'UpstreamError', upstream: 'compute', reason: 'refused' }
  probes()
  clock.time += 59_999
  await t.rejects(count(demo), refused)
  await nextTurn()
  t.equal(probes(), 0)
  clock.time += 1
  await t.rejects(count(demo), refused)
  while (await openstack.reach() === 'all') await nextTurn()
  t.equal(probes(), 1)
  clock.time += 60_000
  await t.rejects(count(admin), refused)
  await nextTurn()
  t.equal(probes(), 0, 'not for a credential of reach own')

  const other = await connect(t)
  t.equal(await other.count(demo), 1)
  other.simulator.intercept = ({ upstream, path }) =>
    upstream === 'identity' ? 'reset' : path === '/v2.1/limits' ? { status: 403, body: {} } : undefined
  other.clock.time += 60_000
  await t.rejects(other.count(demo), refused)
  while (other.backgroundErrors.length === 0) await nextTurn()
  t.match(other.backgroundErrors, [{ upstream: 'identity', reason: 'unreachable' }])
  t.equal(await other.openstack.reach(), 'all')
  t.same(backgroundErrors, [])
})

t.test('lists all projects and domains of a Keystone that caps its lists', async (t) => {
  const { openstack, simulator, paths } = await connect(t, {}, { projects: 2_100, listLimit: 1_000 })
  const { projects, complete } = await openstack.projects()
  t.same(projects.map(({ id }) => id), [...simulator.cloud.projects.keys()])
  t.equal(complete, true)
  t.equal(paths().filter((path) => path === 'GET /v3/projects').length, 4, 'the reach, and three pages')
  t.equal((await openstack.excludedDomains()).size, 2)

  simulator.intercept = ({ path }) => path === '/v3/projects'
    ? { status: 200, body: { projects: [{ id: 'p', name: 'p' }], truncated: true } }
    : undefined
  t.match(await openstack.projects(), { projects: [{ id: 'p' }], complete: false })
})

t.test('lists each project of a reader across pages', async (t) => {
  const { openstack, simulator } = await connect(t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' })
  await openstack.reach()
  const page = (name: string, next: string | null) => ({
    status: 200, body: { projects: [{ id: name, name }], links: { next } }
  })
  simulator.intercept = ({ path, query }) => path !== '/v3/auth/projects'
    ? undefined
    : query.get('marker') === 'a' ? page('b', null) : page('a', 'http://elsewhere/?marker=a')
  t.match(await openstack.projects(), { projects: [{ id: 'a' }, { id: 'b' }], complete: true })
})

t.test('describes a project that lacks everything but its id, with Keystone\'s defaults', async (t) => {
  const { openstack, simulator } = await connect(t)
  const defaults = { name: null, description: null, enabled: true, domain_id: null, is_domain: false }
  simulator.intercept = ({ path }) => path === '/v3/projects'
    ? { status: 200, body: { projects: [{ id: 'a' }, { id: 'b', name: 1, enabled: null }, {}, null] } }
    : path === '/v3/projects/c' ? { status: 200, body: { project: {} } } : undefined
  t.same((await openstack.projects()).projects, [{ id: 'a', ...defaults }, { id: 'b', ...defaults }])
  t.same(await openstack.project('c'), { id: 'c', ...defaults })
  simulator.intercept = ({ path }) => path === '/v3/projects/c' ? { status: 200, body: {} } : undefined
  await t.rejects(openstack.project('c'), { name: 'UpstreamError', upstream: 'identity', reason: 'invalid' })
})

t.test('reports a service without quotas as absent, and Nova without limits as failing', async (t) => {
  const { openstack, simulator, outcomes } = await connect(t)
  simulator.intercept = ({ path }) => /quota|limits/.test(path) ? { status: 404, body: {} } : undefined
  for (const [upstream, reason] of Object.entries({
    compute: 'invalid', network: 'absent', 'block-storage': 'absent'
  }) as Array<[keyof typeof quotaSources, string]>) {
    const reading = openstack.quota(demo, quotaSources[upstream])
    await t.rejects(reading, { name: 'UpstreamError', upstream, reason })
  }
  simulator.intercept = ({ path }) => path.includes('quota') ? { status: 404, body: '<html>' } : undefined
  await t.rejects(
    openstack.quota(demo, quotaSources.network),
    { name: 'UpstreamError', upstream: 'network', reason: 'invalid' },
    'the page of a proxy is a failure'
  )
  t.same(outcomes.filter((outcome) => outcome.startsWith('show-quota')), [
    'show-quota invalid', 'show-quota ok', 'show-quota ok', 'show-quota invalid'
  ])
})

t.test('an application credential reads its own project alone', async (t) => {
  const { openstack, count, logins } = await connect(t, asApplication(demoCredential))
  t.same((await openstack.projects()).projects.map(({ id }) => id), [demo])
  t.equal(await count(demo), 1)
  await t.rejects(count(admin), { name: 'NotFound' })
  t.same(logins(), ['application_credential'])
})

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'

t.test('finds the project of a server as an admin', async (t) => {
  const { openstack, simulator, paths } = await connect(t)
  t.equal(await openstack.instanceProject(instance), admin)
  t.equal(await openstack.instanceProject(instance, demo), admin, 'an admin finds it in any project')
  t.equal(await openstack.instanceProject('00000000-0000-0000-0000-000000000000'), undefined)
  paths()
  for (const id of ['detail', instance.toUpperCase(), instance.replaceAll('-', ''), 'x']) {
    t.equal(await openstack.instanceProject(id), undefined, id)
  }
  t.same(paths(), [], 'Nova gets no request for an id that no server can have')

  simulator.intercept = ({ upstream }) =>
    upstream === 'compute' ? { status: 200, body: { server: {} } } : undefined
  await t.rejects(openstack.instanceProject(instance), {
    name: 'UpstreamError', upstream: 'compute', reason: 'invalid'
  })
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 500 } : undefined
  await t.rejects(openstack.instanceProject(instance), {
    name: 'UpstreamError', upstream: 'compute', reason: 'invalid'
  })
})

t.test('looks for a server in the given project, or in each readable one', async (t) => {
  const { openstack, paths } = await connect(t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' })
  t.equal(await openstack.instanceProject(instance, admin), admin)
  t.equal(await openstack.instanceProject(instance, demo), undefined)
  t.equal(await openstack.instanceProject(instance, 'unknown'), undefined)
  paths()
  t.equal(await openstack.instanceProject(instance), admin)
  t.same(paths().filter((path) => path.includes('servers')), Array(2).fill(`GET /v2.1/servers/${instance}`))
})

/**
 * A client of reach `own` that reads more than 200 projects and has a token of each.
 * `nova.respond` responds to each lookup of a server, by the lookup's number; `nova` counts the lookups.
 * @returns `lookups`: how many lookups find that no project has the server
 */
async function connectMany (t: Test) {
  const { cloud, upstream, simulator, clock } = await connect(
    t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' }, { projects: 200 }
  )
  const { roles } = simulator.cloud.users.find(({ name }) => name === 'monitor')!
  for (const id of simulator.cloud.projects.keys()) roles.set(id, ['reader'])
  const nova = {
    requests: 0,
    active: 0,
    maxActive: 0,
    respond: async (_: number): Promise<UpstreamResponse> => ({ status: 404, headers: {}, body: {} })
  }
  const { instanceProject } = createOpenStack(cloud, async (name, request) => {
    if (request.operation !== 'show-server') return await upstream(name, request)
    nova.maxActive = Math.max(nova.maxActive, ++nova.active)
    return await nova.respond(nova.requests++).finally(() => nova.active--)
  }, { now: () => clock.time, onBackgroundError () {} }, [])
  await instanceProject(instance)
  const lookups = nova.requests
  nova.requests = 0
  return { instanceProject, nova, lookups }
}

t.test('looks for a server in at most 64 projects at once', async (t) => {
  const { instanceProject, nova, lookups } = await connectMany(t)
  nova.respond = async () => {
    await sleep(1)
    return { status: 404, headers: {}, body: {} }
  }
  t.equal(await instanceProject(instance), undefined)
  t.match(nova, { maxActive: 64, requests: lookups })
  t.ok(lookups > 200)
})

t.test('stops looking for a server once a project has it, or an upstream fails', async (t) => {
  const { instanceProject, nova } = await connectMany(t)
  const fail = async () => {
    throw new UpstreamError('compute', 'timeout', 'did not respond within its time limit')
  }
  const found = { status: 200, headers: {}, body: { server: { tenant_id: 'p' } } }
  nova.respond = async (n) => n === 1 ? found : await sleep(20).then(fail)
  t.equal(await instanceProject(instance), 'p')
  t.equal(nova.requests, 64)

  nova.requests = 0
  nova.respond = async (n) => n === 1 ? await fail() : { status: 404, headers: {}, body: await sleep(20) }
  await t.rejects(instanceProject(instance), {
    name: 'UpstreamError', upstream: 'compute', reason: 'timeout'
  })
  await sleep(100)
  t.equal(nova.requests, 64)
})

t.test('describes a project, as an admin by a request for it', async (t) => {
  for (const env of [{}, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' }]) {
    const { openstack, paths } = await connect(t, env)
    t.match(await openstack.project(demo), {
      id: demo, name: 'demo', domain_id: 'default', enabled: true, is_domain: false
    })
    t.equal(
      paths().filter((path) => path === `GET /v3/projects/${demo}`).length, 'OS_USERNAME' in env ? 0 : 1
    )
  }
})

t.test('validates a caller\'s token with a token of its own', async (t) => {
  const { openstack, simulator, clock } = await connect(t)
  const token = (await logIn(simulator.env.OS_AUTH_URL!, { ...byPassword('demo'), ...onProject('demo') })).id
  t.match(await openstack.validateToken(token), {
    project: { id: demo },
    roles: [{ name: 'member' }, { name: 'reader' }],
    expires_at: '2026-11-23T13:00:00.000000Z'
  })
  const { headers, path, query } = simulator.calls.at(-1)!
  t.match([path, query.has('nocatalog'), headers['x-subject-token']], ['/v3/auth/tokens', true, token])
  t.not(headers['x-auth-token'], token)
  t.equal(await openstack.validateToken('unknown'), undefined)
  clock.time += 3_600_000
  t.equal(await openstack.validateToken(token), undefined, 'an expired token is not valid')
})

t.test('distinguishes an invalid token from a credential that may not validate tokens', async (t) => {
  const forbidden = (message: string) => ({
    status: 403, body: { error: { code: 403, message, title: 'Forbidden' } }
  })
  const { openstack, simulator } = await connect(t)
  await openstack.projects()
  simulator.intercept = () => forbidden('You are not authorized to perform the requested action.')
  t.equal(await openstack.validateToken('of-a-trust'), undefined)
  simulator.intercept = () =>
    forbidden('You are not authorized to perform the requested action: identity:validate_token.')
  await t.rejects(openstack.validateToken('x'), {
    name: 'UpstreamError', upstream: 'identity', reason: 'refused', message: /validate tokens/
  })
  simulator.intercept = () => ({ status: 200, body: { token: {} } })
  await t.rejects(openstack.validateToken('x'), {
    name: 'UpstreamError', upstream: 'identity', reason: 'invalid'
  })
})

t.test('renews a token in the background at 80 % of its life', async (t) => {
  const { openstack, clock, paths, backgroundErrors, simulator } = await connect(t)
  await openstack.projects()
  paths()
  clock.time += 0.79 * 3_600_000
  await openstack.projects()
  t.same(paths(), ['GET /v3/projects'])

  simulator.intercept = ({ method }) => method === 'POST' ? { status: 500 } : undefined
  clock.time += 0.02 * 3_600_000
  await openstack.projects()
  while (backgroundErrors.length === 0) await nextTurn()
  t.match(
    backgroundErrors,
    [{ upstream: 'identity', reason: 'invalid' }],
    'a failure of Keystone costs nothing until the token expires'
  )

  simulator.intercept = undefined
  clock.time += 6_000
  await Promise.all([openstack.projects(), openstack.projects()])
  clock.time += 0.3 * 3_600_000
  await openstack.projects()
  const renewals = paths().filter((path) => path === 'POST /v3/auth/tokens')
  t.equal(renewals.length, 2, 'one that failed, and one for both callers')
})

t.test('replaces a rejected token once for all concurrent requests', async (t) => {
  const { openstack, count, simulator, logins } = await connect(t)
  await openstack.projects()
  const revoked = simulator.calls.at(-1)!.headers['x-auth-token']
  simulator.calls.length = 0
  simulator.intercept = ({ headers }) =>
    headers['x-auth-token'] === revoked ? { status: 401, body: { error: { code: 401 } } } : undefined
  t.same(await Promise.all([count(admin), count(demo)]), [42, 1])
  t.same(logins(), ['password'])

  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 401, body: {} } : undefined
  await t.rejects(count(demo), { name: 'UpstreamError', upstream: 'compute', reason: 'refused' })
})

t.test('logs in at most once in 5 s where a service rejects every token', async (t) => {
  const { openstack, count, simulator, logins, clock } = await connect(t)
  await openstack.reach()
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 401, body: {} } : undefined
  const start = clock.time
  // The service rejects the new token once; until the next replacement it gets no second request with it.
  const [rejected, known] = [/\(401\)/, /just issued/]
  for (const [second, expected, message] of [
    [0, 2, rejected], [0, 2, known], [4.9, 2, known], [5, 3, rejected], [9.9, 3, known], [10, 4, rejected]
  ] as const) {
    clock.time = start + second * 1_000
    await t.rejects(count(demo), { name: 'UpstreamError', upstream: 'compute', reason: 'refused', message })
    t.equal(logins().length, expected, `after ${second} s`)
  }
  simulator.intercept = undefined
  t.equal(await count(demo), 1)
  t.equal(logins().length, 4)
})

t.test('logs in at most once in 2 s where Keystone rejects the credential', async (t) => {
  const { openstack, simulator, logins, clock, outcomes } = await connect(t)
  simulator.intercept = ({ method }) => method === 'POST' ? { status: 401, body: {} } : undefined
  const start = clock.time
  for (const [second, expected] of [[0, 1], [1.9, 1], [2, 2], [-3, 3]] as const) {
    clock.time = start + second * 1_000
    await t.rejects(openstack.projects(), {
      name: 'UpstreamError', upstream: 'identity', reason: 'refused', details: { status: 401 }
    })
    t.equal(logins().length, expected, `after ${second} s`)
  }
  t.same(outcomes, Array(3).fill('issue-token refused'))
  simulator.intercept = undefined
  clock.time += 2_000
  t.ok((await openstack.projects()).projects.length > 0)

  const other = await connect(t)
  other.simulator.intercept = () => ({ status: 500 })
  for (const expected of [1, 2]) {
    await t.rejects(other.openstack.projects(), { name: 'UpstreamError', reason: 'invalid' })
    t.equal(other.logins().length, expected, 'a failure that may be temporary delays no login')
  }
})

t.test('does not log in again for each project without a token', async (t) => {
  const { openstack, simulator, logins, clock, outcomes } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  await openstack.projects()
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? { status: 401, body: {} } : undefined
  for (const expected of [2, 2]) {
    clock.time += 1_000
    await t.rejects(openstack.quota(demo, quotaSources.compute), { name: 'NotFound' })
    t.equal(logins().filter((method) => method === 'password').length, expected)
  }
  t.notOk(outcomes.includes('issue-token refused'), 'the credential itself is valid')

  clock.time += 5_000
  simulator.intercept = ({ method }) => method === 'POST' ? { status: 401, body: {} } : undefined
  await t.rejects(
    openstack.quota(demo, quotaSources.compute),
    { name: 'UpstreamError', upstream: 'identity', reason: 'refused' },
    'a request fails where the login is rejected'
  )
})

t.test('fetches the catalog again for a missing service, ever less often', async (t) => {
  const { openstack, simulator, clock, logins } = await connect(t)
  const start = clock.time
  const token = {
    issued_at: new Date(start), expires_at: new Date(start + 3_600_000), project: { id: admin }, catalog: []
  }
  simulator.intercept = ({ method }) =>
    method === 'POST' ? { status: 201, headers: { 'x-subject-token': 'early' }, body: { token } } : undefined
  for (const [second, expected] of [[0, 1], [1.9, 1], [2, 2], [3.9, 2], [4, 3], [7.9, 3]] as const) {
    clock.time = start + second * 1_000
    await t.rejects(
      openstack.check('compute'), { name: 'UpstreamError', upstream: 'compute', reason: 'absent' }
    )
    t.equal(logins().length, expected, `after ${second} s`)
  }
  simulator.intercept = undefined
  clock.time = start + 8_000
  await openstack.check('compute')
  await openstack.check('compute')
  t.equal(logins().length, 4)
})

/** Breaks the connection of each request to Keystone; the other services respond normally. */
const keystoneDown: NonNullable<Simulator['intercept']> = ({ upstream }) =>
  upstream === 'identity' ? 'reset' : undefined

/** Lets each login return a token whose catalog is a changed one. */
async function changeCatalog (simulator: Simulator, auth: object, change: (catalog: Catalog) => Catalog) {
  const { id, token } = await logIn(simulator.env.OS_AUTH_URL!, auth)
  const catalog = change(token.catalog)
  const response = { status: 201, headers: { 'x-subject-token': id }, body: { token: { ...token, catalog } } }
  simulator.intercept = ({ method }) => method === 'POST' ? response : undefined
}

/** Lets each login return a token whose catalog has no Cinder. */
const withoutCinder = (simulator: Simulator, auth: object) =>
  changeCatalog(simulator, auth, (catalog) => catalog.filter(({ type }) => type !== 'volumev3'))

/** Changes of each endpoint in a catalog, in which the service finds its way. */
const oddCatalogs: Record<string, [Record<string, string>, (type: string, url: string) => object]> = {
  'old versions': [{}, (type, url) => ({
    url: url.replace(/v3$/, 'v2.0').replace('v2.1', 'v2').replace('/v3/', '/v1/')
  })],
  'no versions': [{}, (type, url) => ({ url: new URL(url).origin })],
  'no regions': [{}, () => ({ region: undefined, region_id: null })],
  'identity in all regions': [
    { OS_REGION_NAME: 'RegionOne' }, (type) => type === 'identity' ? { region: '*', region_id: '*' } : {}
  ],
  'identity in another region': [
    { OS_REGION_NAME: 'RegionOne' },
    (type) => type === 'identity' ? { region_id: 'Home', url: 'http://x' } : {}
  ]
}

for (const [name, [env, change]] of Object.entries(oddCatalogs)) {
  t.test(`reads a cloud whose catalog has ${name}`, async (t) => {
    const { openstack, count, simulator } = await connect(t, env)
    await changeCatalog(simulator, { ...byPassword('admin'), ...onProject('admin') }, (catalog) =>
      catalog.map(({ type, endpoints }) => ({
        type, endpoints: endpoints.map((endpoint) => ({ ...endpoint, ...change(type, endpoint.url) }))
      })))
    for (const service of ['identity', 'compute', 'network', 'block-storage'] as const) {
      await openstack.check(service)
    }
    t.ok((await openstack.projects()).projects.length >= 4)
    t.equal(await count(demo), 1)
    t.equal((await openstack.quota(demo, quotaSources.network)).floatingIpsLimit, 2)
    t.equal((await openstack.quota(demo, quotaSources['block-storage'])).volumeStorageLimit, 10)
  })
}

t.test('logs in at any form of Keystone\'s URL', async (t) => {
  for (const end of ['', '/', '/v2.0', '/v3/', '/v3/auth/tokens', '/v2.0/tokens']) {
    const { openstack, simulator, cloud } = await connect(t)
    cloud.authUrl = simulator.origins.identity + end
    t.ok((await openstack.projects()).projects.length >= 4, end)
  }
})

t.test('uses a token whose catalog lacks a service until it expires, while Keystone is down', async (t) => {
  const { openstack, count, simulator, clock, backgroundErrors } = await connect(t)
  await withoutCinder(simulator, { ...byPassword('admin'), ...onProject('admin') })
  const start = clock.time
  const volumes = () => openstack.quota(demo, quotaSources['block-storage'])
  await t.rejects(volumes(), { name: 'UpstreamError', upstream: 'block-storage', reason: 'absent' })
  t.equal(await count(demo), 1)
  simulator.intercept = keystoneDown
  for (const [second, reports] of [[1, 0], [2, 1], [3.9, 1], [4, 2], [8, 3], [2_800, 4]] as const) {
    clock.time = start + second * 1_000
    await t.rejects(
      volumes(), { name: 'UpstreamError', upstream: 'block-storage', reason: 'absent' }, `after ${second} s`
    )
    t.equal(await count(demo), 1)
    t.match(backgroundErrors, Array(reports).fill({ upstream: 'identity', reason: 'unreachable' }))
    t.equal(backgroundErrors.length, reports)
  }
  clock.time = start + 3_599_999
  t.equal(await count(demo), 1)
  clock.time = start + 3_600_000
  await t.rejects(count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' })
  simulator.intercept = undefined
  t.equal((await volumes()).volumeStorageLimit, 10)
})

t.test('uses a token that one service rejects for the others, while Keystone is down', async (t) => {
  for (const env of [{}, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' }]) {
    const { openstack, count, simulator, clock } = await connect(t, env)
    const volumes = () => openstack.quota(demo, quotaSources['block-storage'])
    const cinderRejects: typeof keystoneDown = ({ upstream }) =>
      upstream === 'block-storage' ? { status: 401, body: {} } : undefined
    t.equal(await count(demo), 1)
    simulator.intercept = (call) => keystoneDown(call) ?? cinderRejects(call)
    for (const second of [0, 1, 5, 60, 3_000]) {
      clock.time = Date.parse('2026-11-23T12:00:00Z') + second * 1_000
      await t.rejects(
        volumes(), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' }, `after ${second} s`
      )
      t.equal(await count(demo), 1)
    }
    simulator.intercept = cinderRejects
    clock.time += 5_000
    await t.rejects(volumes(), {
      name: 'UpstreamError', upstream: 'block-storage', reason: 'refused', message: /\(401\)/
    })
    simulator.intercept = undefined
    t.equal((await volumes()).volumeStorageLimit, 10)
  }
})

t.test('does not forget a project whose base token was revoked while Keystone is down', async (t) => {
  const { openstack, count, simulator, clock } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  await openstack.projects()
  const unauthorized = { status: 401, body: {} }
  simulator.intercept = ({ method, body }) =>
    method !== 'POST' ? undefined : body.includes('"token"') ? unauthorized : 'reset'
  for (let second = 0; second < 7; second++) {
    await t.rejects(
      count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' }, `after ${second} s`
    )
    clock.time += 1_000
  }
  simulator.intercept = undefined
  t.equal(await count(demo), 1)
})

t.test('reports a lost role as not found, also in the search for a missing service', async (t) => {
  const { openstack, simulator, clock } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  await openstack.projects()
  await withoutCinder(simulator, { ...byPassword('monitor'), ...onProject('demo') })
  const volumes = () => openstack.quota(demo, quotaSources['block-storage'])
  await t.rejects(volumes(), { name: 'UpstreamError', upstream: 'block-storage', reason: 'absent' })
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? { status: 403, body: {} } : undefined
  clock.time += 2_000
  await t.rejects(volumes(), { name: 'NotFound' })
})

t.test('distinguishes a revoked base token from a removed role', async (t) => {
  const { openstack, count, simulator, logins } = await connect(t, { OS_USERNAME: 'monitor' })
  await openstack.projects()
  let rejections = 1
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') && rejections-- > 0 ? { status: 401, body: {} } : undefined
  t.equal(await count(demo), 1)
  t.same(logins(), ['password', 'token', 'password', 'token'])

  const down = await connect(t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' })
  down.simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? 'reset' : undefined
  await t.rejects(down.count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' })

  const removed = await connect(t, { OS_USERNAME: 'monitor' })
  await removed.openstack.projects()
  removed.simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? { status: 401, body: {} } : undefined
  await t.rejects(removed.count(demo), { name: 'NotFound' })
  removed.clock.time += 1_000
  let status = 401
  removed.simulator.intercept = ({ method, body }) => {
    if (method !== 'POST' || !body.includes('"token"')) return undefined
    const response = { status, body: {} }
    status = 500
    return response
  }
  await t.rejects(removed.count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'invalid' })
})

t.test('reuses a list of projects for 1 s to reject unreadable ones', async (t) => {
  const { openstack, count, simulator, clock, paths } = await connect(t, { OS_USERNAME: 'monitor' })
  await openstack.projects()
  const project = { id: demo, name: 'demo', enabled: false, domain_id: 'default', is_domain: false }
  simulator.intercept = ({ path }) =>
    path === '/v3/auth/projects' ? { status: 200, body: { projects: [project] } } : undefined
  await openstack.projects()
  paths()
  await t.rejects(count(demo), { name: 'NotFound' })
  await t.rejects(count('unknown'), { name: 'NotFound' })
  t.same(paths(), [])
  simulator.intercept = undefined
  clock.time += 1_000
  t.equal(await count(demo), 1)
})

t.test('reports an unknown application credential as refused', async (t) => {
  const { openstack, outcomes } = await connect(t, asApplication({ id: 'unknown', name: '', secret: 'x' }))
  await t.rejects(openstack.projects(), {
    name: 'UpstreamError', upstream: 'identity', reason: 'refused', details: { status: 404 }
  })
  t.same(outcomes, ['issue-token refused'])
})

t.test('rejects a response in an unexpected format', async (t) => {
  const { openstack, count, simulator } = await connect(t)
  await openstack.projects()
  const respondWith = (body: object) => { simulator.intercept = () => ({ status: 200, body }) }
  respondWith({ projects: 'none' })
  await t.rejects(openstack.projects(), {
    upstream: 'identity',
    reason: 'invalid',
    message: 'identity: returned a list of projects in an unexpected format (at /projects)'
  })
  respondWith({ quota: { floatingip: {} } })
  await t.rejects(openstack.quota(demo, quotaSources.network), {
    name: 'UpstreamError', upstream: 'network', reason: 'invalid'
  })
  respondWith({ version: { version: '2.30', min_version: '2.1' } })
  await t.rejects(count(demo), { upstream: 'compute', reason: 'invalid', message: /2\.47 is needed/ })
})

t.test('rejects a login without a token, a project or a catalog', async (t) => {
  const token = { issued_at: '2026-11-23T12:00:00Z', expires_at: '2026-11-23T13:00:00Z' }
  const responses: Array<[object, object | undefined, object]> = [
    [{ token }, undefined, { reason: 'invalid' }],
    [{ token: { ...token, expires_at: 'never' } }, { 'x-subject-token': 'x' }, { reason: 'invalid' }],
    [{ token }, { 'x-subject-token': 'x' }, { reason: 'refused', message: /OS_PROJECT_NAME/ }]
  ]
  for (const [body, headers, expected] of responses) {
    const { openstack, simulator } = await connect(t)
    simulator.intercept = () => ({ status: 201, headers: headers as Record<string, string>, body })
    await t.rejects(openstack.projects(), { name: 'UpstreamError', upstream: 'identity', ...expected })
  }
  const { openstack, simulator } = await connect(t)
  simulator.intercept = () => ({
    status: 201, headers: { 'x-subject-token': 'x' }, body: { token: { ...token, project: { id: 'p' } } }
  })
  await t.rejects(
    openstack.check('compute'),
    { name: 'UpstreamError', upstream: 'compute', reason: 'absent' },
    'a login without a catalog'
  )
})

t.test('finds excluded domains by name, or only by id where it may not list domains', async (t) => {
  const { openstack } = await connect(t)
  t.equal((await openstack.excludedDomains()).size, 2)
  const { openstack: reader } = await connect(t, { OS_USERNAME: 'monitor' })
  t.same([...await reader.excludedDomains()], ['heat_user_domain'])
})

t.test('sends everything but logins to the identity endpoint override', async (t) => {
  const { openstack, paths } = await connect(t, { OS_IDENTITY_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1' })
  await t.rejects(openstack.projects(), {
    name: 'UpstreamError', upstream: 'identity', reason: 'unreachable'
  })
  const atKeystone = paths().filter((path) => path.includes('/v3'))
  t.same(atKeystone, ['POST /v3/auth/tokens'])
})

t.test('sends requests to the endpoint overrides of the settings', async (t) => {
  const { openstack, simulator, paths } = await connect(t, {
    OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1/v3/%(project_id)s'
  })
  await t.rejects(openstack.check('block-storage'), {
    name: 'UpstreamError', upstream: 'block-storage', reason: 'unreachable'
  })
  t.not(paths().length, 0)
  simulator.intercept = undefined
  await openstack.check('compute')
})

t.test('reads a server with its project, and none that Nova does not know', async (t) => {
  const { openstack, simulator, paths } = await connect(t)
  await openstack.reach()
  paths()
  const server = await openstack.server(instance)
  t.match(server, { id: instance, tenant_id: admin, status: 'ACTIVE', flavor: { vcpus: Number } })
  t.same(paths().filter((path) => path.includes('servers')), [`GET /v2.1/servers/${instance}`])
  for (const id of ['00000000-0000-0000-0000-000000000000', 'detail']) {
    t.equal(await openstack.server(id), undefined)
  }
  simulator.intercept = ({ upstream }) => upstream === 'compute'
    ? { status: 200, body: { server: { id: 'other', tenant_id: demo, name: 7 } } }
    : undefined
  t.match(await openstack.server(instance), { id: instance, tenant_id: demo, name: null, status: null })
})
