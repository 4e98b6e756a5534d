import t from 'tap'
import { canonicalAddress } from '#lib/openstack/addresses.js'
import { hasAddress } from '#lib/openstack/servers.js'

t.test('has one spelling for each address', async (t) => {
  t.equal(canonicalAddress('10.0.0.1'), '10.0.0.1')
  t.equal(canonicalAddress('2001:DB8:0:0::1'), '2001:db8::1')
  for (const text of ['', '10.0.0', '010.0.0.1', 'fe80::1%eth0', 'host', '[::1]', '1']) {
    t.equal(canonicalAddress(text), undefined, text)
  }
})

t.test('compares addresses, and not their spellings', async (t) => {
  const server = { addresses: { net: [{ addr: '2001:0db8::0:1' }, { addr: 'odd' }, { addr: '10.0.0.1' }] } }
  t.equal(hasAddress(server, '2001:db8::1'), true)
  t.equal(hasAddress(server, '10.0.0.1'), true)
  t.equal(hasAddress(server, '10.0.0.11'), false)
})
