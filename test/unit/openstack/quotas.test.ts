import t from 'tap'
import { quotaCodec } from '#lib/openstack/quotas.js'

t.test('a quota is one of a service\'s, with all its numbers', async (t) => {
  const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }
  t.same(quotaCodec.decode(quotaCodec.encode(quota)), quota)
  const others = [{}, null, [], 1, {
    ...quota, securityGroupsUsed: '3'
  }, { ...quota, floatingIpsUsed: 0.5 }, { ...quota, more: 1 },
  { ...quota, instancesUsed: 1 }, { floatingIpsLimit: -1 }]
  for (const other of others) t.equal(quotaCodec.decode(Buffer.from(JSON.stringify(other))), undefined)
  t.equal(quotaCodec.decode(Buffer.from('{')), undefined)
})
