import t from 'tap'
import { quotaCodec } from '#lib/openstack/quotas.js'

t.test('decodes exactly the quotas of one service with all their numbers', async (t) => {
  const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }
  t.same(quotaCodec.decode(quotaCodec.encode(quota)), quota)
  const others = [
    {}, null, [], 1, { floatingIpsLimit: -1 },
    { ...quota, securityGroupsUsed: '3' },
    { ...quota, floatingIpsUsed: 0.5 },
    { ...quota, more: 1 },
    { ...quota, instancesUsed: 1 }
  ]
  for (const other of others) t.equal(quotaCodec.decode(Buffer.from(JSON.stringify(other))), undefined)
  t.equal(quotaCodec.decode(Buffer.from('{')), undefined)
})
