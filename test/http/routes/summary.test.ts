import t from 'tap'
import { followPages, startService } from '#test/support/service.js'

const url = '/v1/openstack/projects/summary'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'

/** As the contract's example has it. */
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

t.test('answers with the contract\'s numbers, by name, at both of its paths', async (t) => {
  const { app } = await startService(t)
  const projects = (await app.inject(url)).json()
  t.same(projects.find(({ id }: { id: string }) => id === demo), demoSummary)
  t.match(projects[0], { name: 'admin', instancesLimit: 150, instancesUsed: 42, volumeStorageUsedGb: 253 })
  const names = projects.map(({ name }: { name: string }) => name)
  t.same(names, [...names].sort())
  t.same((await app.inject('/v1/openstack/projects/summaries')).json(), projects)
})

t.test('costs one listing and three calls a project', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5 })
  await app.inject(url)
  simulator.calls.length = 0
  const projects = (await app.inject(url)).json()
  t.equal(count('identity'), 1)
  t.equal(count('identity', '/v3/projects'), 1)
  for (const role of ['compute', 'network', 'block-storage']) t.equal(count(role), projects.length)
})

t.test('leaves out the projects of excluded domains and domains that act as projects', async (t) => {
  const { app, simulator } = await startService(t)
  const listed = simulator.calls
  const names = (await app.inject(url)).json().map(({ name }: { name: string }) => name)
  t.ok(listed.length > 0)
  const { app: open } = await startService(t, { env: { EXCLUDE_DOMAINS: 'none' } })
  const all = (await open.inject(url)).json().map(({ name }: { name: string }) => name)
  t.ok(all.length > names.length)

  const base = { description: null, enabled: true, domain_id: 'default' }
  simulator.intercept = ({ path }) => path === '/v3/projects'
    ? { status: 200, body: { projects: [{ ...base, id: 'p', name: 'p', is_domain: false }, { ...base, id: 'd', name: 'd', is_domain: true }, { ...base, id: 'o', name: 'o', is_domain: false, domain_id: null }] } }
    : undefined
  t.match((await app.inject(url)).json(), [{ id: 'o' }, { id: 'p', description: '' }])
})

t.test('pages, each with a link to the next one, and reads no more than the page', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5 })
  const all = (await app.inject(url)).json()
  simulator.calls.length = 0
  const pages = await followPages(app, `${url}?limit=3`)
  t.same(pages.flatMap((page) => page.json()), all)
  t.equal(count('network'), all.length)
  const exact = await app.inject(`${url}?limit=${all.length}`)
  t.equal(exact.headers.link, undefined)
})

t.test('filters by a literal part of the name in any case, and keeps the filter in the link', async (t) => {
  const { app } = await startService(t, { projects: 5 })
  t.same((await app.inject(`${url}?projectName=DEM`)).json().map(({ name }: { name: string }) => name), ['demo'])
  t.same((await app.inject(`${url}?projectName=${encodeURIComponent('d.mo')}`)).json(), [])
  const { headers } = await app.inject(`${url}?projectName=${encodeURIComponent('M')}&limit=1`)
  t.match(headers.link, /^<\/v1\/openstack\/projects\/summary\?projectName=M&limit=1&marker=[0-9a-f]{32}>; rel="next"$/)
  t.match((await app.inject(`${url}?marker=nobody`)).json(), { status: 400, errors: [{ parameter: 'marker' }] })
})

t.test('orders projects of one name by id', async (t) => {
  const { app, simulator } = await startService(t)
  const project = (id: string) => ({ id, name: 'same', enabled: true, domain_id: 'default', is_domain: false })
  simulator.intercept = ({ path }) => path === '/v3/projects' ? { status: 200, body: { projects: ['b', 'a', 'c', 'a'].map(project) } } : undefined
  t.same((await app.inject(url)).json().map(({ id }: { id: string }) => id), ['a', 'a', 'b', 'c'])
})

t.test('answers what can be answered while a service is down', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? 'reset' : undefined
  const volumes = { volumeStorageLimit: null, volumeStorageUsed: null, volumeStorageLimitGb: null, volumeStorageUsedGb: null }
  const [, one] = (await app.inject(url)).json()
  t.same(one, { ...demoSummary, ...volumes, unavailable: ['block-storage'] })

  simulator.intercept = ({ upstream }) => upstream === 'block-storage' || upstream === 'network' ? { status: 200, body: {} } : undefined
  t.match((await app.inject(url)).json()[1], { unavailable: ['block-storage', 'network'], floatingIpsUsed: null, vcpusUsed: 1 })
})

t.test('does not let one project\'s failure fail another', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ path, query }) => path.includes(demo) || query.get('tenant_id') === demo ? { status: 500 } : undefined
  const [admin, one] = (await app.inject(url)).json()
  t.equal(admin.unavailable, undefined)
  t.same(one.unavailable, ['block-storage', 'compute', 'network'])
})

t.test('fails where identity does, or every service', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'compute' || upstream === 'network' || upstream === 'block-storage' ? 'reset' : undefined
  t.equal((await app.inject(url)).statusCode, 503)
  simulator.intercept = ({ path }) => path === '/v3/projects' ? { status: 500 } : undefined
  t.match((await app.inject(url)).json(), { status: 502, detail: 'The identity service returned an invalid response.' })
  simulator.intercept = ({ path }) => path === '/v3/projects' ? { status: 200, body: { projects: [] } } : undefined
  t.same((await app.inject(url)).json(), [])
  simulator.intercept = undefined
  app.openstack.quota = async () => { throw new TypeError('a bug') }
  t.equal((await app.inject(url)).statusCode, 500)
})

t.test('tells of a project whose role was taken away while it was read', async (t) => {
  const { app, simulator } = await startService(t, { env: { OS_USERNAME: 'monitor' } })
  await app.inject('/healthz')
  simulator.intercept = ({ method, body }) => method === 'POST' && body.includes('"token"') ? { status: 401, body: {} } : undefined
  const [, one] = (await app.inject(url)).json()
  t.match(one, { id: demo, instancesUsed: null, unavailable: ['block-storage', 'compute', 'network'] })
})
