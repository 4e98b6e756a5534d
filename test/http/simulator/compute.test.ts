import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { byPassword, simulate } from '#test/support/simulator-client.js'

const { as, keystone, login } = await simulate(t, { projects: 10, instances: 1100 })
const admin = await as('admin')
const demo = await as('demo')
const monitor = await as('monitor')
const nova = admin.url('compute')
const v = (version: string) => ({ 'openstack-api-version': version })

t.test('shows its versions without a token', async (t) => {
  const { versions } = await (await fetch(new URL('/', nova))).json() as any
  t.match(versions[1], { id: 'v2.1', version: '2.93', min_version: '2.1' })
  t.match(await (await fetch(`${nova}/`)).json(), { version: { version: '2.93' } })
  t.equal((await fetch(`${nova}/limits`)).status, 401)
  t.match(await admin.get(`${nova}/nothing`), { status: 404, body: /^<html>/ })
})

t.test('returns limits and usage of any project to admins, and of the own project to all', async (t) => {
  const absolute = async (user: typeof admin, search = '') =>
    (await user.get(`${nova}/limits${search}`)).body.limits.absolute
  const limits = { maxTotalInstances: 15, maxTotalCores: 50, maxTotalRAMSize: 10240 }
  const usage = { totalInstancesUsed: 1, totalCoresUsed: 1, totalRAMUsed: 512 }
  t.match(await absolute(admin, `?tenant_id=${demoProjectId}`), { ...limits, ...usage })
  t.match(await absolute(demo), { ...limits, ...usage })
  t.match(await absolute(monitor), { totalInstancesUsed: 42, totalCoresUsed: 63, totalRAMUsed: 141312 })
  t.match(await absolute(admin, '?tenant_id=none'), { maxTotalInstances: 10, totalInstancesUsed: 0 })
  t.equal((await demo.get(`${nova}/limits?tenant_id=${demoProjectId}`)).status, 403)
})

t.test('omits the limits that later microversions removed', async (t) => {
  const keys = async (version: string) =>
    Object.keys((await admin.get(`${nova}/limits`, v(version))).body.limits.absolute)
  t.ok((await keys('compute 2.1')).includes('maxTotalFloatingIps'))
  t.equal((await keys('compute 2.35')).length, 19)
  t.equal((await keys('compute 2.36')).length, 14)
  t.equal((await keys('compute 2.39')).length, 13)
  t.equal((await keys('compute 2.57')).length, 11)
})

t.test('accepts either microversion header and returns the version used', async (t) => {
  for (const [headers, status, used] of [
    [{}, 200, 'compute 2.1'],
    [v('compute 2.47'), 200, 'compute 2.47'],
    [v('volume 3.1, compute 2.60'), 200, 'compute 2.60'],
    [v('volume 3.1'), 200, 'compute 2.1'],
    [v('compute latest'), 200, 'compute 2.93'],
    [{ 'x-openstack-nova-api-version': '2.50' }, 200, 'compute 2.50'],
    [v('compute 2.999'), 406, 'compute 2.999'],
    [v('compute 3.1'), 406, 'compute 3.1'],
    [v('compute 2.0'), 406, 'compute 2.0'],
    [v('compute two'), 400, null]
  ] as const) {
    const { response } = await admin.get(`${nova}/limits`, headers)
    t.strictSame([response.status, response.headers.get('openstack-api-version')], [status, used])
  }
})

t.test('embeds the flavor from microversion 2.47 on; before, returns its id', async (t) => {
  const one = async (version: string) =>
    (await admin.get(`${nova}/servers/${demoInstanceId}`, v(version))).body.server
  const tiny = {
    vcpus: 1, ram: 512, disk: 1, ephemeral: 0, swap: 0, original_name: 'm1.tiny', extra_specs: {}
  }
  t.strictSame((await one('compute 2.47')).flavor, tiny)
  t.equal((await one('compute 2.46')).flavor.id, '1')
  t.notOk('locked' in await one('compute 2.8'))
  t.match(await one('compute 2.93'), {
    locked: false, locked_reason: null, server_groups: [], host_status: 'UP'
  })
})

t.test('shows the instance of the API examples with the values of the examples', async (t) => {
  t.match((await demo.get(`${nova}/servers/${demoInstanceId}`, v('compute 2.47'))).body.server, {
    name: 'demo-test',
    status: 'ACTIVE',
    tenant_id: demoProjectId,
    addresses: { 'demo-net': [{ version: 4, addr: '115.68.151.163', 'OS-EXT-IPS:type': 'fixed' }] },
    'OS-EXT-AZ:availability_zone': 'nova',
    'OS-SRV-USG:launched_at': '2017-07-06T04:27:23.000000',
    'OS-SRV-USG:terminated_at': null
  })
  t.match((await admin.get(`${nova}/servers/${adminInstanceId}`)).body.server,
    { tenant_id: adminProjectId, name: /^monasca/, 'OS-EXT-SRV-ATTR:host': /^compute-/ })
  t.notOk('OS-EXT-SRV-ATTR:host' in (await demo.get(`${nova}/servers/${demoInstanceId}`)).body.server)
})

t.test('returns 404 for an instance that the user may not see', async (t) => {
  for (const [user, id] of [
    [admin, 'none'], [demo, 'none'], [demo, adminInstanceId], [monitor, demoInstanceId]
  ] as const) {
    const { status, body } = await user.get(`${nova}/servers/${id}`)
    t.strictSame([status, body.itemNotFound.code], [404, 404])
  }
})

t.test('has one server in ERROR, whose fault only GET servers/{id} shows', async (t) => {
  const list = async (query = '') =>
    (await admin.get(`${nova}/servers/detail?all_tenants=1${query}`, v('compute 2.93'))).body.servers
  t.strictSame(await list('&name=worker|api'), [], 'Nova escapes the | in a name')
  const firstPage = await list()
  const all = [...firstPage, ...await list(`&marker=${firstPage.at(-1).id}`)]
  const [broken, ...others] = all.filter(({ status }: any) => status === 'ERROR')
  t.equal(others.length, 0)
  t.match(broken, { addresses: {}, hostId: '', host_status: '', 'OS-EXT-AZ:availability_zone': '' })
  t.match(broken, { 'OS-SRV-USG:launched_at': null, 'OS-EXT-SRV-ATTR:host': null })
  t.notOk('fault' in broken || 'security_groups' in broken)
  t.match((await admin.get(`${nova}/servers/${broken.id}`)).body.server.fault, {
    code: 500, details: /NoValidHost/
  })
  t.equal(all.filter(({ addresses }: any) => Object.keys(addresses).length === 2).length, 1)
  t.ok(all.some(({ status }: any) => status === 'SHUTOFF'))
})

t.test('an unscoped token gives access to nothing', async (t) => {
  const { id } = await login(byPassword('monitor'))
  const get = (url: string) => fetch(url, { headers: { 'x-auth-token': id } })
  t.strictSame(await (await get(`${nova}/servers`)).json(), { servers: [] })
  t.equal((await get(`${nova}/limits`)).status, 403)
  t.equal((await get(`${keystone}/projects`)).status, 403)
})
