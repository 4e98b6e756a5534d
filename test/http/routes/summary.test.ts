import t from 'tap'
import type { Interception, Simulator } from '#simulator/simulator.js'
import { followPages, startService } from '#test/support/service.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'

const summary = '/v1/openstack/projects/summary'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'

/** Lets each login return a catalog without services of these types. */
async function removeFromCatalog (simulator: Simulator, ...types: string[]) {
  const credential = { ...byPassword('admin'), ...onProject('admin') }
  const { id, token } = await logIn(simulator.env.OS_AUTH_URL!, credential)
  const catalog = token.catalog.filter(({ type }: { type: string }) => !types.includes(type))
  const login = { status: 201, headers: { 'x-subject-token': id }, body: { token: { ...token, catalog } } }
  simulator.intercept = ({ method, upstream }) =>
    method === 'POST' && upstream === 'identity' ? login : undefined
}

const namesOf = (projects: Array<{ name: string }>) => projects.map(({ name }) => name)

/** The contract's example. */
const demoSummary = {
  description: '',
  enabled: true,
  floatingIpsLimit: 2,
  floatingIpsUsed: 0,
  id: demo,
  instancesLimit: 15,
  instancesUsed: 1,
  memoryMbLimit: 10240,
  memoryMbUsed: 512,
  name: 'demo',
  securityGroupsLimit: 5,
  securityGroupsUsed: 2,
  vcpusLimit: 50,
  vcpusUsed: 1,
  volumeStorageLimit: 10,
  volumeStorageLimitGb: 100,
  volumeStorageUsed: 0,
  volumeStorageUsedGb: 0
}

t.test('returns the contract\'s numbers, by name, at both of its paths', async (t) => {
  const { app } = await startService(t)
  const projects = (await app.inject(summary)).json()
  t.same(projects.find(({ id }: { id: string }) => id === demo), demoSummary)
  t.match(projects[0], { name: 'admin', instancesLimit: 150, instancesUsed: 42, volumeStorageUsedGb: 253 })
  t.same(namesOf(projects), namesOf(projects).sort())
  t.same((await app.inject('/v1/openstack/projects/summaries')).json(), projects)
})

t.test('sends one request for the list and three per project', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5 })
  await app.inject(summary)
  simulator.calls.length = 0
  const projects = (await app.inject(summary)).json()
  t.equal(count('identity'), 1)
  t.equal(count('identity', '/v3/projects'), 1)
  for (const upstream of ['compute', 'network', 'block-storage']) t.equal(count(upstream), projects.length)
})

t.test('leaves out the projects of excluded domains, and domains that act as projects', async (t) => {
  const { app, simulator } = await startService(t)
  const names = namesOf((await app.inject(summary)).json())
  const { app: all } = await startService(t, { env: { EXCLUDE_DOMAINS: 'none' } })
  t.ok(namesOf((await all.inject(summary)).json()).length > names.length)

  const base = { description: null, enabled: true, domain_id: 'default' }
  const projects = [
    { ...base, id: 'p', name: 'p', is_domain: false },
    { ...base, id: 'd', name: 'd', is_domain: true },
    { ...base, id: 'o', name: 'o', is_domain: false, domain_id: null }
  ]
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects } } : undefined
  t.match((await app.inject(summary)).json(), [{ id: 'o' }, { id: 'p', description: '' }])
})

t.test('links each page to the next one, and reads the quotas of the page only', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5 })
  const all = (await app.inject(summary)).json()
  simulator.calls.length = 0
  const pages = await followPages(app, `${summary}?limit=3`)
  t.same(pages.flatMap((page) => page.json()), all)
  t.equal(count('network'), all.length)
  const exact = await app.inject(`${summary}?limit=${all.length}`)
  t.equal(exact.headers.link, undefined)
})

t.test('filters by a literal part of the name in any case, also in the link', async (t) => {
  const { app } = await startService(t, { projects: 5 })
  t.same(namesOf((await app.inject(`${summary}?projectName=DEM`)).json()), ['demo'])
  t.same((await app.inject(`${summary}?projectName=d.mo`)).json(), [])
  const { headers } = await app.inject(`${summary}?projectName=M&limit=1`)
  const next = `<${summary}?projectName=M&limit=1&marker=`
  t.equal(String(headers.link).slice(0, next.length), next)
  t.match(String(headers.link).slice(next.length), /^[0-9a-f]{32}>; rel="next"$/)
  t.match((await app.inject(`${summary}?marker=nobody`)).json(), {
    status: 400, errors: [{ parameter: 'marker' }]
  })
})

t.test('orders projects with the same name by id', async (t) => {
  const { app, simulator } = await startService(t)
  const projects = ['b', 'a', 'c', 'd'].map((id) =>
    ({ id, name: 'same', enabled: true, domain_id: 'default', is_domain: false }))
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects } } : undefined
  const ids = (await app.inject(summary)).json().map(({ id }: { id: string }) => id)
  t.same(ids, ['a', 'b', 'c', 'd'])
})

t.test('returns null for the quotas of a failing service, and names the service', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? 'reset' : undefined
  const volumes = {
    volumeStorageLimit: null, volumeStorageUsed: null, volumeStorageLimitGb: null, volumeStorageUsedGb: null
  }
  const [, project] = (await app.inject(summary)).json()
  t.same(project, { ...demoSummary, ...volumes, unavailable: ['block-storage'] })

  simulator.intercept = ({ upstream }) =>
    upstream === 'block-storage' || upstream === 'network' ? { status: 200, body: {} } : undefined
  t.match((await app.inject(summary)).json()[1], {
    unavailable: ['block-storage', 'network'], floatingIpsUsed: null, vcpusUsed: 1
  })
})

t.test('returns null for the numbers that a service does not have', async (t) => {
  const { app, simulator } = await startService(t)
  const quota = { security_group: { limit: 5, used: 2, reserved: 0 } }
  const absolute = { maxTotalInstances: -1, totalInstancesUsed: -1 }
  simulator.intercept = ({ upstream, path }) => upstream === 'network'
    ? { status: 200, body: { quota } }
    : path === '/v2.1/limits' ? { status: 200, body: { limits: { absolute } } } : undefined
  const unknown = {
    vcpusLimit: null,
    vcpusUsed: null,
    memoryMbLimit: null,
    memoryMbUsed: null,
    floatingIpsLimit: null,
    floatingIpsUsed: null
  }
  t.same((await app.inject(summary)).json()[1], {
    ...demoSummary, ...unknown, instancesLimit: -1, instancesUsed: null
  })
})

t.test('returns all projects where one is odd, and null for its name', async (t) => {
  const { app, simulator } = await startService(t)
  const projects = [{ id: demo, name: 'demo' }, { id: 'odd', name: null, enabled: null, description: 1 }, {}]
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects } } : undefined
  const response = await app.inject(summary)
  t.match(response.json(), [
    { id: 'odd', name: null, description: '', enabled: true }, { id: demo, name: 'demo', enabled: true }
  ])
  t.same(namesOf((await app.inject(`${summary}?projectName=DEM`)).json()), ['demo'])
})

t.test('lists every project of a Keystone that caps its lists', async (t) => {
  const { app } = await startService(t, { projects: 1_100, instances: 1, listLimit: 1_000 })
  const response = await app.inject(`${summary}?limit=1000`)
  t.equal(response.headers.incomplete, undefined)
  t.match(response.headers.link, /rel="next"/)
  t.equal((await app.inject(String(/<(.*)>/.exec(String(response.headers.link))?.[1]))).json().length, 102)
})

t.test('names identity in a header where Keystone lists only a part, and caches the response', async (t) => {
  const { app, simulator } = await startService(t, { env: { CACHE: 'on' } })
  const projects = [{ id: demo, name: 'demo' }]
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects, truncated: true } } : undefined
  for (let n = 0; n < 2; n++) {
    const response = await app.inject(summary)
    t.equal(response.headers.incomplete, 'identity')
    t.same(namesOf(response.json()), ['demo'])
  }
  const requests = simulator.calls.length
  await app.inject(summary)
  t.equal(simulator.calls.length, requests)
  const failures = (await app.inject('/metrics')).body
  t.match(failures, 'upstream_failures_total{upstream="identity",reason="invalid",outcome="partial"} 1')
})

/** Each cloud that lacks something for good, and the upstream that its summary names. */
const lacks: Array<[string, string, Interception]> = [
  ['Neutron without quotas', 'network', { status: 404, body: { NeutronError: { type: 'HTTPNotFound' } } }],
  ['Cinder without quotas', 'block-storage', { status: 404 }]
]
for (const [name, lacking, response] of lacks) {
  t.test(`caches the summary of ${name}, and counts no failure`, async (t) => {
    const { app, simulator } = await startService(t, { env: { CACHE: 'on' } })
    simulator.intercept = ({ upstream, path }) =>
      upstream === lacking && path.includes('quota') ? response : undefined
    t.match((await app.inject(summary)).json(), [{}, { instancesUsed: 1, unavailable: [lacking] }])
    const requests = simulator.calls.length
    for (let n = 0; n < 3; n++) await app.inject(summary)
    t.equal(simulator.calls.length, requests)
    await app.inject(`${summary}?limit=5`)
    t.equal(simulator.calls.length, requests + 1, 'another summary lists the projects alone')
    t.notMatch((await app.inject('/metrics')).body, /upstream_failures_total\{|outcome="(?!ok)/)
  })
}

t.test('caches the summary of a cloud without Cinder in its catalog, and counts no failure', async (t) => {
  const { app, simulator } = await startService(t, { env: { CACHE: 'on' } })
  await removeFromCatalog(simulator, 'volumev3')
  t.match((await app.inject(summary)).json(), [{}, { instancesUsed: 1, unavailable: ['block-storage'] }])
  const requests = simulator.calls.length
  for (let n = 0; n < 3; n++) await app.inject(summary)
  t.equal(simulator.calls.length, requests)
  t.notMatch((await app.inject('/metrics')).body, /upstream_failures_total\{|outcome="(?!ok)/)
})

t.test('fails where the cloud has none of the services', async (t) => {
  const { app, simulator } = await startService(t)
  await removeFromCatalog(simulator, 'volumev3', 'network', 'compute')
  t.match((await app.inject(summary)).json(), {
    status: 503, detail: /^The (compute|network|block-storage) service is not in the service catalog\.$/
  })
})

t.test('caches the summary of a reader with a disabled project, whose numbers are unknown', async (t) => {
  const { app, simulator } = await startService(t, { env: { CACHE: 'on', OS_USERNAME: 'monitor' } })
  simulator.cloud.projects.get(demo)!.enabled = false
  const all = ['block-storage', 'compute', 'network']
  t.match((await app.inject(summary)).json(), [
    { name: 'admin', instancesUsed: 42 },
    { name: 'demo', enabled: false, instancesUsed: null, unavailable: all }
  ])
  const requests = simulator.calls.length
  for (let n = 0; n < 3; n++) await app.inject(summary)
  t.equal(simulator.calls.length, requests)
  t.match((await app.inject(`${summary}?projectName=demo`)).json(), [{ unavailable: all }])
  t.notMatch((await app.inject('/metrics')).body, 'upstream_failures_total{')
})

t.test('neither calls nor names a service that the cloud does not have', async (t) => {
  const { app, simulator, count } = await startService(t, { env: { ABSENT_SERVICES: 'block-storage' } })
  const volumes = {
    volumeStorageLimit: null, volumeStorageUsed: null, volumeStorageLimitGb: null, volumeStorageUsedGb: null
  }
  t.same((await app.inject(summary)).json()[1], { ...demoSummary, ...volumes })
  t.equal(count('block-storage'), 0)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? undefined : 'reset'
  t.equal((await app.inject(summary)).statusCode, 503)
})

t.test('a failure for one project does not affect another', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ path, query }) =>
    path.includes(demo) || query.get('tenant_id') === demo ? { status: 500 } : undefined
  const [admin, project] = (await app.inject(summary)).json()
  t.equal(admin.unavailable, undefined)
  t.same(project.unavailable, ['block-storage', 'compute', 'network'])
})

t.test('fails where identity fails, or every service', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) =>
    ['compute', 'network', 'block-storage'].includes(upstream) ? 'reset' : undefined
  t.equal((await app.inject(summary)).statusCode, 503)
  simulator.intercept = ({ path }) => path === '/v3/projects' ? { status: 500 } : undefined
  t.match((await app.inject(summary)).json(), {
    status: 502, detail: 'The identity service returned an invalid response.'
  })
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects: [] } } : undefined
  t.same((await app.inject(summary)).json(), [])
  simulator.intercept = undefined
  app.openstack.quota = async () => { throw new TypeError('a bug') }
  t.equal((await app.inject(summary)).statusCode, 500)
})

t.test('returns null for a project whose role was removed during the request', async (t) => {
  const { app, simulator } = await startService(t, { env: { OS_USERNAME: 'monitor' } })
  await app.inject('/healthz')
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"token"') ? { status: 401, body: {} } : undefined
  const [, project] = (await app.inject(summary)).json()
  t.match(project, { id: demo, instancesUsed: null, unavailable: ['block-storage', 'compute', 'network'] })
})
