import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startWithAuthentication } from '#test/support/authenticated-service.js'
import { followPages, startService } from '#test/support/service.js'

const search = '/v1/openstack/instances'

t.test('finds instances of all projects by name, page by page', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5, instances: 80 })
  const pages = await followPages(app, `${search}?hostname=MO&limit=7`)
  const found = pages.flatMap((page) => page.json().metric)
  t.ok(new Set(found.map(({ tenant_id: id }) => id)).size > 1)
  t.equal(count('metrics'), pages.length, 'one request a page reads the usages of all projects')
  t.ok(found.some(({ cpuUsage }) => cpuUsage !== null))
  const names = simulator.cloud.instances.filter(({ name }) => /mo/i.test(name))
  t.ok(names.length > 7 && names.length < simulator.cloud.instances.length)
  t.same(found.map(({ instance_id: id }) => id), names.map(({ id }) => id))
  t.ok(found.every(({ projectName }) => typeof projectName === 'string'))
  const odd = (await app.inject(`${search}?hostname=%C3%A9%C3%A9&limit=5`)).json()
  t.same(odd, { metric: [] })
})

t.test('finds the instance with an address, with one request to Nova', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 5, instances: 80 })
  await app.openstack.reach()
  await app.inject(`${search}?hostname=none&limit=1`)
  const [first] = simulator.cloud.instances
  simulator.calls.length = 0
  const { metric } = (await app.inject(`${search}?address=${first!.addresses[0]!.addr}&limit=5`)).json()
  t.match(metric, [{ instance_id: first!.id, tenant_id: first!.projectId }])
  t.equal(metric.length, 1)
  t.same([count('compute'), count('metrics')], [1, 1])
  t.same((await app.inject(`${search}?address=${first!.addresses[0]!.addr}&state=ERROR&limit=5`)).json(), {
    metric: []
  })
})

t.test('each caller finds its own instances only, and continues after these only', async (t) => {
  const { get, tokenOf } = await startWithAuthentication(t)
  const find = async (caller: Parameters<typeof tokenOf>[0], query: string) =>
    (await get(`${search}?limit=100&${query}`, await tokenOf(caller))).json()
  const owners = async (caller: Parameters<typeof tokenOf>[0]) => [...new Set(
    (await find(caller, 'hostname=mo')).metric.map(({ tenant_id: id }: { tenant_id: string }) => id)
  )].sort()
  t.same(await owners('admin'), [adminProjectId, demoProjectId].sort())
  t.same(await owners('lead'), [adminProjectId, demoProjectId].sort())
  t.same(await owners('demo'), [demoProjectId])
  t.same(await owners('monitor'), [adminProjectId])
  t.same(await owners('heatLead'), [])
  t.same(await find('demo', 'hostname=mo&state=ACTIVE&address=10.0.0.1'), { metric: [] })
  for (const [caller, foreign] of [
    ['demo', adminInstanceId], ['monitor', demoInstanceId], ['heatLead', demoInstanceId]
  ] as const) {
    const unknown = '00000000-0000-0000-0000-000000000000'
    const missing = await find(caller, `hostname=mo&marker=${unknown}`)
    t.match(missing, { status: 400, errors: [{ parameter: 'marker' }] })
    const same = JSON.parse(JSON.stringify(missing).replaceAll(unknown, foreign))
    t.same(await find(caller, `hostname=mo&marker=${foreign}`), same, caller)
  }
  t.ok((await find('demo', `hostname=mo&marker=${demoInstanceId}`)).metric)
})

t.test('says so where a domain\'s instances are behind too many others', async (t) => {
  const { get, tokenOf, simulator } = await startWithAuthentication(t)
  const token = await tokenOf('lead')
  let next = 0
  const servers = (owner: string) => [{ id: `s${next++}`, name: 'mo', tenant_id: owner }]
  const link = { servers_links: [{ rel: 'next' }] }
  let first = demoProjectId
  simulator.intercept = ({ path }) => {
    if (path !== '/v2.1/servers/detail') return undefined
    const owner = next === 0 ? first : 'foreign'
    return { status: 200, body: { servers: servers(owner), ...link } }
  }
  const response = await get(`${search}?hostname=mo&limit=5`, token)
  t.match(response.headers.link, 'marker=s0')
  t.equal(next, 10);
  [next, first] = [0, 'foreign']
  const incomplete = await get(`${search}?hostname=mo&limit=6`, token)
  t.same(incomplete.json(), { metric: [] })
  t.match(incomplete.headers, { incomplete: 'compute' })
  t.equal(incomplete.headers.link, undefined)
})

t.test('lacks usages and names while their upstreams fail, and fails with Nova', async (t) => {
  for (const metricsStore of ['influxdb', 'prometheus'] as const) {
    const { app, simulator } = await startService(t, { metricsStore })
    const url = `${search}?hostname=demo-test&limit=5`
    t.match((await app.inject(url)).json().metric, [{ cpuUsage: Number, projectName: 'demo' }])
    simulator.intercept = ({ upstream, path }) =>
      upstream === 'metrics' || path.startsWith('/v3/projects/') ? { status: 500 } : undefined
    t.match((await app.inject(url)).json(), {
      metric: [{ cpuUsage: null, projectName: null }], unavailable: ['identity', 'metrics']
    })
    simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 500 } : undefined
    t.equal((await app.inject(url)).statusCode, 502)
    simulator.intercept = undefined
    const failure = new UpstreamError('metrics', 'timeout', 'did not respond')
    app.metrics.latest = async () => ({ value: [], fetchedAt: 0, failure })
    t.match((await app.inject(url)).json(), { unavailable: ['metrics'] }, 'stale samples')
    app.metrics.latest = async () => { throw new TypeError('a bug') }
    t.equal((await app.inject(url)).statusCode, 500)
  }
})

t.test('a credential that reads some projects alone cannot search all', async (t) => {
  const { app } = await startService(t, { env: { OS_USERNAME: 'monitor' } })
  t.match((await app.inject(`${search}?hostname=mo&limit=5`)).json(), { status: 502 })
})

t.test('names what is missing or invalid', async (t) => {
  const { app } = await startService(t)
  for (const [parameter, query] of [
    ['hostname', 'limit=5'], ['hostname', 'limit=5&hostname=a'], ['limit', 'hostname=ab'],
    ['address', 'limit=5&address=10.0'], ['sort', 'limit=5&hostname=ab&sort=name'],
    ['marker', 'limit=5&hostname=ab&marker=00000000-0000-0000-0000-000000000000']
  ] as const) {
    t.match((await app.inject(`${search}?${query}`)).json(), { status: 400, errors: [{ parameter }] }, query)
  }
})
