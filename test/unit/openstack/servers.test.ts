import t from 'tap'
import {
  addressesOf, chooseMicroversion, nameContains, namePattern, parseTime, readServers
} from '#lib/openstack/servers.js'

t.test('converts a part of a name into a pattern that all databases read alike', async (t) => {
  t.equal(namePattern('web-1'), '[wW][eE][bB]-1')
  t.equal(namePattern('a.b'), '[aA][.][bB]')
  t.equal(namePattern('|x'), '[xX]')
  t.equal(namePattern('a|bc'), '[bB][cC]')
  t.equal(namePattern('^(a+)+$'), '[aA]')
  t.equal(namePattern('서버'), undefined)
  t.equal(namePattern(''), undefined)
})

t.test('compares a part of a name literally and in any case', async (t) => {
  t.equal(nameContains({ name: 'Web.1' }, 'wEB.'), true)
  t.equal(nameContains({ name: 'webx1' }, 'web.1'), false)
  t.equal(nameContains({ name: '서버-1' }, '버-'), true)
  t.equal(nameContains({ name: null }, 'null'), false)
})

t.test('pins the first microversion whose servers include their flavor', async (t) => {
  const offers = (version: string, min: string) => ({ version: { version, min_version: min } })
  t.equal(chooseMicroversion(offers('2.93', '2.1')), '2.47')
  t.equal(chooseMicroversion(offers('2.99', '2.60')), '2.60')
  t.throws(() => chooseMicroversion(offers('2.46', '2.1')), { upstream: 'compute', message: /2\.46/ })
  t.throws(
    () => chooseMicroversion(offers('', '')),
    { name: 'UpstreamError', upstream: 'compute', reason: 'invalid' }
  )
  t.throws(
    () => chooseMicroversion(undefined), { name: 'UpstreamError', upstream: 'compute', reason: 'invalid' }
  )
})

t.test('reads each server of a list, whatever another one lacks', async (t) => {
  const flavor = { original_name: 'm1.tiny', vcpus: 1, ram: 512, disk: 1 }
  const server = { id: 'a', name: 'web', status: 'ACTIVE', tenant_id: 'p', addresses: {}, flavor }
  const odd = [
    { id: 'b' },
    { id: 'c', name: null, status: null, tenant_id: null, addresses: null, flavor: null },
    { id: 'd', name: 1, status: {}, tenant_id: [], addresses: 'x', flavor: { id: '1', links: [] } },
    { id: 'e', flavor: { ...flavor, vcpus: null, ram: '512' } }
  ]
  const { items } = readServers({ servers: [server, ...odd] })
  t.same(items.map(({ id }) => id), ['a', 'b', 'c', 'd', 'e'])
  t.match(items[0], server)
  const nothing = { original_name: null, vcpus: null, ram: null, disk: null }
  for (const item of items.slice(1, 4)) {
    t.match(item, { name: null, status: null, tenant_id: null, addresses: null, flavor: nothing })
  }
  t.match(items[4], { flavor: { ...flavor, vcpus: null, ram: null } })
})

t.test('lists the addresses of a server that are readable', async (t) => {
  const addresses = {
    net: [{ addr: '10.0.0.1', version: 4 }, { addr: null }, null, {}],
    other: [{ addr: '2001:db8::1' }],
    odd: null,
    more: 'x'
  }
  t.same(addressesOf({ addresses }), ['10.0.0.1', '2001:db8::1'])
  t.same(addressesOf({ addresses: {} }), [])
  t.same(addressesOf({ addresses: null }), [])
})

t.test('reads times with and without a fraction and an offset', async (t) => {
  const time = Date.parse('2026-11-23T08:24:50Z')
  for (const text of [
    '2026-11-23T08:24:50.000000', '2026-11-23T08:24:50', '2026-11-23T08:24:50Z', '2026-11-23T08:24:50.9Z',
    '2026-11-23T09:24:50+01:00', '2026-11-23T09:24:50.5+0100', '2026-11-23T03:24:50-05:00',
    '2026-11-23 08:24:50.000000', '2026-11-23 08:24:50+00:00'
  ]) t.equal(parseTime(text), time, text)
  for (const text of [
    null, '', 'never', '2026-11-23', '2026-13-23T08:24:50', '2026-11-23T25:24:50Z',
    '2026-11-23T08:24:50+99:99', '2026-11-23T08:24:50 UTC', '1763886290', '2026-11-23T08:24:50Z\n'
  ]) t.equal(parseTime(text), undefined, String(text))
})
