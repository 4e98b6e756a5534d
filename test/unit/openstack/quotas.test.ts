import t from 'tap'
import { extractQuota, quotaCodec, quotaSources } from '#lib/openstack/quotas.js'

t.test('reads the numbers that a quota has, and null for the others', async (t) => {
  const { fields } = quotaSources.network
  const groups = { securityGroupsLimit: 5, securityGroupsUsed: 2 }
  const unknown = { floatingIpsLimit: null, floatingIpsUsed: null }
  const quota = { security_group: { limit: 5, used: 2, reserved: 0 } }
  t.same(extractQuota(fields, { quota }), { ...unknown, ...groups })
  for (const floatingip of [null, 1, {}, { limit: null, used: 'x' }, { limit: '5', used: 0.5 }]) {
    t.same(extractQuota(fields, { quota: { ...quota, floatingip } }), { ...unknown, ...groups })
  }
  t.same(extractQuota(fields, { quota: { ...quota, floatingip: { limit: 3 } } }), {
    floatingIpsLimit: 3, floatingIpsUsed: null, ...groups
  })
  for (const body of [undefined, null, {}, { quota: null }, { quota: {} }, { quota: { port: {} } }]) {
    t.equal(extractQuota(fields, body), undefined)
  }
})

t.test('reads a negative limit as unlimited, and a negative usage as unknown', async (t) => {
  const absolute = { maxTotalInstances: -1, totalInstancesUsed: -1, maxTotalCores: -2, totalCoresUsed: 0 }
  t.match(extractQuota(quotaSources.compute.fields, { limits: { absolute } }), {
    instancesLimit: -1, instancesUsed: null, vcpusLimit: -1, vcpusUsed: 0, memoryMbLimit: null
  })
})

t.test('decodes exactly the quotas of one service with all their numbers', async (t) => {
  const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }
  for (const value of [quota, { ...quota, floatingIpsUsed: null }, 'service', 'project'] as const) {
    t.same(quotaCodec.decode(quotaCodec.encode(value)), value)
  }
  const others = [
    {}, null, [], 1, 'other', { floatingIpsLimit: -1 },
    { ...quota, securityGroupsUsed: '3' },
    { ...quota, floatingIpsUsed: 0.5 },
    { ...quota, more: 1 },
    { ...quota, instancesUsed: 1 }
  ]
  for (const other of others) t.equal(quotaCodec.decode(Buffer.from(JSON.stringify(other))), undefined)
  t.equal(quotaCodec.decode(Buffer.from('{')), undefined)
})
