import t from 'tap'
import { namePattern, nameContains, chooseMicroversion } from '#lib/openstack/servers.js'

t.test('makes of a part of a name a pattern that all databases read alike', async (t) => {
  t.equal(namePattern('web-1'), '[wW][eE][bB]-1')
  t.equal(namePattern('a.b'), '[aA][.][bB]')
  t.equal(namePattern('|x'), '[xX]')
  t.equal(namePattern('a|bc'), '[bB][cC]')
  t.equal(namePattern('^(a+)+$'), '[aA]')
  t.equal(namePattern('서버'), undefined)
  t.equal(namePattern(''), undefined)
})

t.test('finds the part in a name literally and in any case', async (t) => {
  t.equal(nameContains({ name: 'Web.1' }, 'wEB.'), true)
  t.equal(nameContains({ name: 'webx1' }, 'web.1'), false)
  t.equal(nameContains({ name: '서버-1' }, '버-'), true)
})

t.test('pins the microversion that has the flavor in the server', async (t) => {
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
