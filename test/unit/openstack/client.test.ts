import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import type { Simulator, SimulatorOptions } from '#simulator/simulator.js'
import { adminCredential, demoCredential } from '#simulator/users.js'
import { UpstreamError } from '#lib/errors.js'
import { createOpenStack } from '#lib/openstack/client.js'
import { loadCloud } from '#lib/openstack/clouds-yaml.js'
import { quotaSources } from '#lib/openstack/quotas.js'
import type { UpstreamObserver } from '#lib/upstream/upstream-client.js'
import type { Settings } from '#lib/config/settings.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'

const bounds = { timeout: 5_000, connections: 16 }
const admin = '9c1a27e20412473b843dbf32bdec2390'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'

/** A client over a simulated cloud, both with a clock that the test moves. */
async function connect (t: Test, env: Partial<Settings> = {}, options: SimulatorOptions = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const now = () => clock.time
  const simulator = await startSimulator({ projects: 2, instances: 5, now, ...options })
  const dispatcher = createDispatcher(bounds)
  t.teardown(async () => {
    await dispatcher.destroy()
    await simulator.close()
  })
  const failed: unknown[] = []
  const outcomes: string[] = []
  const watch: UpstreamObserver = {
    clientCreated () {},
    requestCompleted: (role, operation, outcome) => { outcomes.push(`${operation} ${outcome}`) }
  }
  const cloud = loadCloud({ ...simulator.env, ...env } as Partial<Settings> as Settings)
  const upstream = createUpstream(dispatcher, bounds, watch)
  const openstack = createOpenStack(
    cloud, upstream, { now, onBackgroundError: (err) => failed.push(err) }, ['heat_user_domain']
  )
  const paths = () => simulator.calls.splice(0).map(({ method, path }) => `${method} ${path}`)
  const logins = () =>
    simulator.calls.filter(({ method }) => method === 'POST').map(
      ({ body }) => JSON.parse(body).auth.identity.methods[0]
    )
  const count = async (project: string, hostname?: string) =>
    (await openstack.servers(project, { limit: 1, hostname })).total
  return { openstack, cloud, upstream, simulator, clock, failed, outcomes, paths, logins, count }
}

const userOnly = { OS_PROJECT_NAME: undefined, OS_USERNAME: undefined, OS_PASSWORD: undefined }
const asApplication = ({ id, secret }: typeof demoCredential) =>
  ({ ...userOnly, OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret })

t.test('logs in once for all who wait, and asks for the microversion once', async (t) => {
  const { openstack, count, logins, simulator } = await connect(t)
  await Promise.all([count(admin), count(demo), openstack.projects()])
  t.same(logins(), ['password'])
  t.equal(simulator.calls.filter(({ path }) => path === '/v2.1/').length, 1)
})

t.test('as an admin', async (t) => {
  for (const [name, env] of Object.entries({
    'by password': {}, 'by application credential': asApplication(adminCredential)
  })) {
    await t.test(name, async (t) => {
      const { openstack, count, logins } = await connect(t, env)
      t.equal(await openstack.reach(), 'all')
      t.ok((await openstack.projects()).length >= 4)
      t.equal(await count(demo), 1)
      t.same(await openstack.quota(demo, quotaSources.network), {
        floatingIpsLimit: 2, floatingIpsUsed: 0, securityGroupsLimit: 5, securityGroupsUsed: 2
      })
      await openstack.project(demo)
      await t.rejects(openstack.project('nobody'), { name: 'NotFound' })
      t.equal(logins().length, 1)
    })
  }
})

t.test('as a reader of several projects, with a token of each', async (t) => {
  const { openstack, count, logins, clock } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  t.equal(await openstack.reach(), 'own')
  t.same((await openstack.projects()).map(({ name }) => name).sort(), ['admin', 'demo'])
  t.equal((await openstack.quota(demo, quotaSources['block-storage'])).volumeStorageLimit, 10)
  t.equal(await count(admin), 42)
  t.equal((await openstack.servers(demo, { limit: 10 })).servers[0]!.name, 'demo-test')
  await openstack.project(demo)
  clock.time += 1_000
  await t.rejects(openstack.project('nobody'), { name: 'NotFound' })
  t.same(logins(), ['password', 'token'], 'the credential\'s own project needs no other token')
})

t.test('as an application credential of one project, which it cannot leave', async (t) => {
  const { openstack, count, logins } = await connect(t, asApplication(demoCredential))
  t.same((await openstack.projects()).map(({ id }) => id), [demo])
  t.equal(await count(demo), 1)
  await t.rejects(count(admin), { name: 'NotFound' })
  t.same(logins(), ['application_credential'])
})

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'

t.test('finds whose a server is', async (t) => {
  const { openstack, simulator, paths } = await connect(t)
  t.equal(await openstack.instanceProject(instance), admin)
  t.equal(await openstack.instanceProject(instance, demo), admin, 'an admin sees it, whoever asks')
  t.equal(await openstack.instanceProject('00000000-0000-0000-0000-000000000000'), undefined)
  paths()
  for (const id of ['detail', instance.toUpperCase(), instance.replaceAll('-', ''), 'x']) {
    t.equal(await openstack.instanceProject(id), undefined, id)
  }
  t.same(paths(), [], 'there can be none of such an id')

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

t.test('finds whose a server is as a project, or as each that it reads', async (t) => {
  const { openstack, paths } = await connect(t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' })
  t.equal(await openstack.instanceProject(instance, admin), admin)
  t.equal(await openstack.instanceProject(instance, demo), undefined)
  t.equal(await openstack.instanceProject(instance, 'nobody'), undefined)
  paths()
  t.equal(await openstack.instanceProject(instance), admin)
  t.same(paths().filter((path) => path.includes('servers')), Array(2).fill(`GET /v2.1/servers/${instance}`))
})

/**
 * A client that reads more than 200 projects, none as an admin, and has a token of each; over a Nova that
 * answers whose a server is as it is told just then, and how often that was asked, and at once.
 */
async function connectMany (t: Test) {
  const { cloud, upstream, simulator, clock } = await connect(
    t, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' }, { projects: 200 }
  )
  const { roles } = simulator.cloud.users.find(({ name }) => name === 'monitor')!
  for (const id of simulator.cloud.projects.keys()) roles.set(id, ['reader'])
  const state = {
    asked: 0,
    active: 0,
    most: 0,
    answer: async (_: number): Promise<UpstreamResponse> => ({ status: 404, headers: {}, body: {} })
  }
  const { instanceProject } = createOpenStack(cloud, async (role, call) => {
    if (call.operation !== 'show-server') return await upstream(role, call)
    state.most = Math.max(state.most, ++state.active)
    return await state.answer(state.asked++).finally(() => state.active--)
  }, { now: () => clock.time, onBackgroundError () {} }, [])
  await instanceProject(instance)
  const all = state.asked
  state.asked = 0
  return { instanceProject, state, all }
}

t.test('asks as so many projects at once whose a server is', async (t) => {
  const { instanceProject, state, all } = await connectMany(t)
  state.answer = async () => {
    await sleep(1)
    return { status: 404, headers: {}, body: {} }
  }
  t.equal(await instanceProject(instance), undefined)
  t.match({ most: state.most, asked: state.asked }, { most: 64, asked: all })
  t.ok(all > 200)
})

t.test('asks no further when it has found whose a server is, or an upstream fails', async (t) => {
  const { instanceProject, state } = await connectMany(t)
  const fails = async () => { throw new UpstreamError('compute', 'timeout', 'gave no answer in time') }
  state.answer = async (n) =>
    n === 1 ? { status: 200, headers: {}, body: { server: { tenant_id: 'p' } } } : await sleep(20).then(fails)
  t.equal(await instanceProject(instance), 'p')
  t.equal(state.asked, 64)

  state.asked = 0
  state.answer = async (n) => n === 1 ? await fails() : { status: 404, headers: {}, body: await sleep(20) }
  await t.rejects(instanceProject(instance), {
    name: 'UpstreamError', upstream: 'compute', reason: 'timeout'
  })
  await sleep(100)
  t.equal(state.asked, 64)
})

t.test('describes a project, be it an admin\'s to see or its own', async (t) => {
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

t.test('validates tokens with its own', async (t) => {
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
  t.equal(await openstack.validateToken(token), undefined, 'and not when it has expired')
})

t.test('tells a token that is worth nothing from a credential that may not validate any', async (t) => {
  const refused = (message: string) => ({
    status: 403, body: { error: { code: 403, message, title: 'Forbidden' } }
  })
  const { openstack, simulator } = await connect(t)
  await openstack.projects()
  simulator.intercept = () => refused('You are not authorized to perform the requested action.')
  t.equal(await openstack.validateToken('of-a-trust'), undefined)
  simulator.intercept = () =>
    refused('You are not authorized to perform the requested action: identity:validate_token.')
  await t.rejects(openstack.validateToken('x'), {
    name: 'UpstreamError', upstream: 'identity', reason: 'refused', message: /validate tokens/
  })
  simulator.intercept = () => ({ status: 200, body: { token: {} } })
  await t.rejects(openstack.validateToken('x'), {
    name: 'UpstreamError', upstream: 'identity', reason: 'invalid'
  })
})

t.test('renews a token at 80 % of its life, while callers go on with it', async (t) => {
  const { openstack, clock, paths, failed, simulator } = await connect(t)
  await openstack.projects()
  paths()
  clock.time += 0.79 * 3_600_000
  await openstack.projects()
  t.same(paths(), ['GET /v3/projects'])

  simulator.intercept = ({ method }) => method === 'POST' ? { status: 500 } : undefined
  clock.time += 0.02 * 3_600_000
  await openstack.projects()
  while (failed.length === 0) await nextTurn()
  t.match(
    failed, [{ upstream: 'identity', reason: 'invalid' }], 'Keystone down costs nothing while the token lives'
  )

  simulator.intercept = undefined
  clock.time += 6_000
  await Promise.all([openstack.projects(), openstack.projects()])
  clock.time += 0.3 * 3_600_000
  await openstack.projects()
  t.equal(
    paths().filter((path) => path === 'POST /v3/auth/tokens').length, 2, 'one that failed and one for all'
  )
})

t.test('replaces a token that is refused, once for all who were', async (t) => {
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

t.test('does not log in for each request where a service refuses every token', async (t) => {
  const { count, simulator, logins, clock } = await connect(t)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 401, body: {} } : undefined
  const start = clock.time
  // One that was had anew is refused by an answer; after that it is not asked with again.
  const [answered, known] = [/\(401\)/, /just issued/]
  for (const [second, expected, message] of [
    [0, 2, answered], [0, 2, known], [4.9, 2, known], [5, 3, answered], [9.9, 3, known], [10, 4, answered]
  ] as const) {
    clock.time = start + second * 1_000
    await t.rejects(count(demo), { name: 'UpstreamError', upstream: 'compute', reason: 'refused', message })
    t.equal(logins().length, expected, `after ${second} s`)
  }
  simulator.intercept = undefined
  t.equal(await count(demo), 1)
  t.equal(logins().length, 4)
})

t.test('does not log in for each request where a login is refused', async (t) => {
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
  t.ok((await openstack.projects()).length > 0)

  const { openstack: other, simulator: down, logins: tries } = await connect(t)
  down.intercept = () => ({ status: 500 })
  for (const tried of [1, 2]) {
    await t.rejects(other.projects(), { name: 'UpstreamError', reason: 'invalid' })
    t.equal(tries().length, tried, 'what may pass is not waited for')
  }
})

t.test('does not log in for each project that it gets no token of', async (t) => {
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
  t.notOk(outcomes.includes('issue-token refused'), 'which is no fault of the credential')

  clock.time += 5_000
  simulator.intercept = ({ method }) => method === 'POST' ? { status: 401, body: {} } : undefined
  await t.rejects(
    openstack.quota(demo, quotaSources.compute),
    { name: 'UpstreamError', upstream: 'identity', reason: 'refused' },
    'and who is not let in has no answer'
  )
})

t.test('looks for a service that the catalog does not have in a new one, and the longer it is missing the ' +
  'less often', async (t) => {
  const { openstack, simulator, clock, logins } = await connect(t)
  const start = clock.time
  const token = {
    issued_at: new Date(start), expires_at: new Date(start + 3_600_000), project: { id: admin }, catalog: []
  }
  simulator.intercept = ({ method }) =>
    method === 'POST' ? { status: 201, headers: { 'x-subject-token': 'early' }, body: { token } } : undefined
  for (const [second, expected] of [[0, 1], [1.9, 1], [2, 2], [3.9, 2], [4, 3], [7.9, 3]] as const) {
    clock.time = start + second * 1_000
    await t.rejects(openstack.projects(), { name: 'UpstreamError', upstream: 'identity', reason: 'absent' })
    t.equal(logins().length, expected, `after ${second} s`)
  }
  simulator.intercept = undefined
  clock.time = start + 8_000
  t.ok((await openstack.projects()).length > 0)
  await openstack.projects()
  t.equal(logins().length, 4)
})

/** Keystone cannot be reached; the others answer as they do. */
const keystoneDown: NonNullable<Simulator['intercept']> = ({ upstream }) =>
  upstream === 'identity' ? 'reset' : undefined

/** Has every login give a token whose catalog has no Cinder. */
async function withoutCinder (simulator: Simulator, auth: object) {
  const { id, token } = await logIn(simulator.env.OS_AUTH_URL!, auth)
  const catalog = token.catalog.filter(({ type }: { type: string }) => type !== 'volumev3')
  const answer = { status: 201, headers: { 'x-subject-token': id }, body: { token: { ...token, catalog } } }
  simulator.intercept = ({ method }) => method === 'POST' ? answer : undefined
}

t.test('goes on with a token whose catalog is without a service while Keystone is down, for as long as it ' +
  'lives', async (t) => {
  const { openstack, count, simulator, clock, failed } = await connect(t)
  await withoutCinder(simulator, { ...byPassword('admin'), ...onProject('admin') })
  const start = clock.time
  const volumes = () => openstack.quota(demo, quotaSources['block-storage'])
  await t.rejects(volumes(), { name: 'UpstreamError', upstream: 'block-storage', reason: 'absent' })
  t.equal(await count(demo), 1)
  simulator.intercept = keystoneDown
  for (const [second, told] of [[1, 0], [2, 1], [3.9, 1], [4, 2], [8, 3], [2_800, 4]] as const) {
    clock.time = start + second * 1_000
    await t.rejects(
      volumes(), { name: 'UpstreamError', upstream: 'block-storage', reason: 'absent' }, `after ${second} s`
    )
    t.equal(await count(demo), 1)
    t.match(failed, Array(told).fill({ upstream: 'identity', reason: 'unreachable' }))
    t.equal(failed.length, told)
  }
  clock.time = start + 3_599_999
  t.equal(await count(demo), 1)
  clock.time = start + 3_600_000
  await t.rejects(count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' })
  simulator.intercept = undefined
  t.equal((await volumes()).volumeStorageLimit, 10)
})

t.test('goes on with a token that one service refuses while Keystone is down', async (t) => {
  for (const env of [{}, { OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin' }]) {
    const { openstack, count, simulator, clock } = await connect(t, env)
    const volumes = () => openstack.quota(demo, quotaSources['block-storage'])
    const cinderRefuses: typeof keystoneDown = ({ upstream }) =>
      upstream === 'block-storage' ? { status: 401, body: {} } : undefined
    t.equal(await count(demo), 1)
    simulator.intercept = (call) => keystoneDown(call) ?? cinderRefuses(call)
    for (const second of [0, 1, 5, 60, 3_000]) {
      clock.time = Date.parse('2026-11-23T12:00:00Z') + second * 1_000
      await t.rejects(
        volumes(), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' }, `after ${second} s`
      )
      t.equal(await count(demo), 1)
    }
    simulator.intercept = cinderRefuses
    clock.time += 5_000
    await t.rejects(volumes(), {
      name: 'UpstreamError', upstream: 'block-storage', reason: 'refused', message: /\(401\)/
    })
    simulator.intercept = undefined
    t.equal((await volumes()).volumeStorageLimit, 10)
  }
})

t.test('keeps a project whose base token was revoked while Keystone issues no other', async (t) => {
  const { openstack, count, simulator, clock } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  await openstack.projects()
  const refuse = { status: 401, body: {} }
  simulator.intercept = ({ method, body }) =>
    method !== 'POST' ? undefined : body.includes('"token"') ? refuse : 'reset'
  for (let second = 0; second < 7; second++) {
    await t.rejects(
      count(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' }, `after ${second} s`
    )
    clock.time += 1_000
  }
  simulator.intercept = undefined
  t.equal(await count(demo), 1)
})

t.test('tells that a project is gone, also to who looks for a service in its catalog', async (t) => {
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

t.test('notices a revoked base token, and a removed role', async (t) => {
  const { openstack, count, simulator, logins } = await connect(t, { OS_USERNAME: 'monitor' })
  await openstack.projects()
  let refusals = 1
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') && refusals-- > 0 ? { status: 401, body: {} } : undefined
  t.equal(await count(demo), 1)
  t.same(logins(), ['password', 'token', 'password', 'token'])

  const { count: downCount, simulator: down } = await connect(t, {
    OS_USERNAME: 'monitor', OS_PROJECT_NAME: 'admin'
  })
  down.intercept = ({ method, body }) => method === 'POST' && body.includes('"token"') ? 'reset' : undefined
  await t.rejects(downCount(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'unreachable' })

  const { openstack: other, count: othersCount, simulator: cloud, clock } = await connect(t, {
    OS_USERNAME: 'monitor'
  })
  await other.projects()
  cloud.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? { status: 401, body: {} } : undefined
  await t.rejects(othersCount(demo), { name: 'NotFound' })
  clock.time += 1_000
  let status = 401
  cloud.intercept = ({ method, body }) => {
    if (method !== 'POST' || !body.includes('"token"')) return undefined
    const answer = { status, body: {} }
    status = 500
    return answer
  }
  await t.rejects(othersCount(demo), { name: 'UpstreamError', upstream: 'identity', reason: 'invalid' })
})

t.test('lists no project twice to find that it has no token', async (t) => {
  const { openstack, count, simulator, clock, paths } = await connect(t, { OS_USERNAME: 'monitor' })
  await openstack.projects()
  const project = { id: demo, name: 'demo', enabled: false, domain_id: 'default', is_domain: false }
  simulator.intercept = ({ path }) =>
    path === '/v3/auth/projects' ? { status: 200, body: { projects: [project] } } : undefined
  await openstack.projects()
  paths()
  await t.rejects(count(demo), { name: 'NotFound' })
  await t.rejects(count('nobody'), { name: 'NotFound' })
  t.same(paths(), [])
  simulator.intercept = undefined
  clock.time += 1_000
  t.equal(await count(demo), 1)
})

t.test('logs in with a credential that is not there', async (t) => {
  const { openstack, outcomes } = await connect(t, asApplication({ id: 'nobody', name: '', secret: 'x' }))
  await t.rejects(openstack.projects(), {
    name: 'UpstreamError', upstream: 'identity', reason: 'refused', details: { status: 404 }
  })
  t.same(outcomes, ['issue-token refused'])
})

t.test('refuses what has another form', async (t) => {
  const { openstack, count, simulator } = await connect(t)
  await openstack.projects()
  const rubbish = (body: object, status = 200) => { simulator.intercept = () => ({ status, body }) }
  rubbish({ projects: 'none' })
  await t.rejects(openstack.projects(), {
    upstream: 'identity',
    reason: 'invalid',
    message: 'identity: returned a list of projects in an unexpected format (at /projects)'
  })
  rubbish({ quota: { floatingip: {} } })
  await t.rejects(openstack.quota(demo, quotaSources.network), {
    name: 'UpstreamError', upstream: 'network', reason: 'invalid'
  })
  rubbish({ version: { version: '2.30', min_version: '2.1' } })
  await t.rejects(count(demo), { upstream: 'compute', reason: 'invalid', message: /2\.47 is needed/ })
})

t.test('refuses a login that gives no token, or one without a project', async (t) => {
  const token = { issued_at: '2026-11-23T12:00:00Z', expires_at: '2026-11-23T13:00:00Z' }
  const answers: Array<[object, object | undefined, object]> = [
    [{ token }, undefined, { reason: 'invalid' }],
    [{ token: { ...token, expires_at: 'never' } }, { 'x-subject-token': 'x' }, { reason: 'invalid' }],
    [{ token }, { 'x-subject-token': 'x' }, { reason: 'refused', message: /OS_PROJECT_NAME/ }]
  ]
  for (const [body, headers, expected] of answers) {
    const { openstack, simulator } = await connect(t)
    simulator.intercept = () => ({ status: 201, headers: headers as Record<string, string>, body })
    await t.rejects(openstack.projects(), { name: 'UpstreamError', upstream: 'identity', ...expected })
  }
  const { openstack, simulator } = await connect(t)
  simulator.intercept = () => ({
    status: 201, headers: { 'x-subject-token': 'x' }, body: { token: { ...token, project: { id: 'p' } } }
  })
  await t.rejects(
    openstack.projects(), { name: 'UpstreamError', upstream: 'identity', reason: 'absent' }, 'nor a catalog'
  )
})

t.test('finds the excluded domains by name, or by id where it may not ask', async (t) => {
  const { openstack } = await connect(t)
  t.equal((await openstack.excludedDomains()).size, 2)
  const { openstack: reader } = await connect(t, { OS_USERNAME: 'monitor' })
  t.same([...await reader.excludedDomains()], ['heat_user_domain'])
})

t.test('goes where the settings send it', async (t) => {
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
