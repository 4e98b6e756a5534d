import t from 'tap'
import { adminProjectId, demoProjectId } from '#simulator/seed.js'
import { simulate } from '#test/support/simulator-client.js'

const { as, keystone } = await simulate(t, { projects: 14, instances: 30 })
const admin = await as('admin')
const demo = await as('demo')
const monitor = await as('monitor')
const neutron = admin.url('network')
const cinder = admin.url('volumev3')
const nova = admin.url('compute')

t.test('returns the network quota by either path', async (t) => {
  for (const path of ['details', 'details.json']) {
    const { quota } = (await admin.get(`${neutron}/v2.0/quotas/${adminProjectId}/${path}`)).body
    t.match(quota, {
      floatingip: { limit: 100, used: 10, reserved: 0 }, security_group: { limit: 30, used: 3, reserved: 0 }
    })
  }
  t.match((await admin.get(`${neutron}/v2.0/quotas/none/details`)).body.quota, {
    floatingip: { limit: 50, used: 0 }, port: { used: 0 }
  })
})

t.test('returns the block storage quota, with or without the project in the path', async (t) => {
  const usage = {
    volumes: { limit: 30, in_use: 16, reserved: 0 },
    gigabytes: { limit: 1000, in_use: 253, reserved: 0 },
    id: adminProjectId
  }
  for (const base of [cinder, cinder.replace(`/${adminProjectId}`, '')]) {
    t.match((await admin.get(`${base}/os-quota-sets/${adminProjectId}?usage=True`)).body.quota_set, usage)
  }
  t.match((await admin.get(`${cinder}/os-quota-sets/${adminProjectId}`)).body.quota_set, {
    volumes: 30, gigabytes: 1000
  })
  t.match((await admin.get(`${cinder}/os-quota-sets/none?usage=true`)).body.quota_set, {
    volumes: { limit: 10, in_use: 0 }
  })
  const { status, body } = await demo.get(`${cinder}/os-quota-sets/${demoProjectId}?usage=true`)
  t.strictSame([status, body], [400, { badRequest: { code: 400, message: 'Malformed request url' } }])
})

t.test('lets members and readers read only the quota of their own project', async (t) => {
  const paths = (id: string) =>
    [
      `${neutron}/v2.0/quotas/${id}/details`,
      `${cinder.replace(`/${adminProjectId}`, '')}/os-quota-sets/${id}?usage=true`
    ]
  for (const [user, id, status] of [
    [demo, demoProjectId, 200],
    [demo, adminProjectId, 403], [monitor, adminProjectId, 200], [monitor, demoProjectId, 403]
  ] as const) {
    for (const path of paths(id)) t.equal((await user.get(path)).status, status)
  }
  t.match((await demo.get(paths(adminProjectId)[0]!)).body, { NeutronError: { type: 'AdminRequired' } })
  t.match((await demo.get(paths(adminProjectId)[1]!)).body, { forbidden: { code: 403 } })
})

t.test('shows version documents, and 404 for an unknown path', async (t) => {
  t.match(await (await fetch(neutron)).json(), { versions: [{ id: 'v2.0' }] })
  const versions = await fetch(new URL('/', cinder))
  t.equal(versions.status, 300)
  t.match(await versions.json(), { versions: [{ id: 'v3.0', version: '3.70' }] })
  t.match(await admin.get(`${neutron}/v2.0/nothing`), {
    status: 404, body: { NeutronError: { type: 'HTTPNotFound' } }
  })
  t.match(await admin.get(`${cinder}/nothing`), { status: 404, body: /^<html>/ })
})

t.test('the usage of projects is that of their instances; limits vary', async (t) => {
  const { projects } = (await admin.get(`${keystone}/projects`)).body
  const limits: number[][] = []
  const embedded = { 'openstack-api-version': 'compute 2.47' }
  const isFloating = (address: any) => address['OS-EXT-IPS:type'] === 'floating'
  for (const { id } of projects) {
    const serversUrl = `${nova}/servers/detail?all_tenants=1&project_id=${id}`
    const { servers } = (await admin.get(serversUrl, embedded)).body
    const { absolute } = (await admin.get(`${nova}/limits?tenant_id=${id}`)).body.limits
    const { quota } = (await admin.get(`${neutron}/v2.0/quotas/${id}/details`)).body
    const { quota_set: volumes } = (await admin.get(`${cinder}/os-quota-sets/${id}?usage=true`)).body
    const total = (of: (server: any) => number) =>
      servers.reduce((sum: number, server: any) => sum + of(server), 0)
    t.equal(absolute.totalInstancesUsed, servers.length)
    t.equal(absolute.totalCoresUsed, total(({ flavor }) => flavor.vcpus))
    t.equal(absolute.totalRAMUsed, total(({ flavor }) => flavor.ram))
    t.equal(
      quota.floatingip.used,
      total(({ addresses }) => Object.values(addresses).flat().filter(isFloating).length)
    )
    limits.push([
      absolute.maxTotalInstances - absolute.totalInstancesUsed,
      absolute.maxTotalInstances,
      volumes.volumes.limit
    ])
  }
  t.equal(limits.filter(([room]) => room === 0).length, 1, 'one project is at its limit')
  t.equal(limits.filter(([, instances]) => instances === -1).length, 1)
  t.equal(limits.filter(([, , volumes]) => volumes === -1).length, 3)
})
