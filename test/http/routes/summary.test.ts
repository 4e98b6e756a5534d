import t from 'tap'
import { followPages, startService } from '#test/support/service.js'

const summary = '/v1/openstack/projects/summary'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'
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
  const projects = ['b', 'a', 'c', 'a'].map((id) =>
    ({ id, name: 'same', enabled: true, domain_id: 'default', is_domain: false }))
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects } } : undefined
  const ids = (await app.inject(summary)).json().map(({ id }: { id: string }) => id)
  t.same(ids, ['a', 'a', 'b', 'c'])
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
