import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const url = '/v1/openstack/projects/of-none/cpuUsage?defaultTimeRange=10m&groupBy=1m'
const proxy = '10.0.0.1'

/** The service with a limit, and what it answers with to who asks so. */
async function limited (t: Test, env: Record<string, string> = {}) {
  const { app, simulator } = await startService(t, { env: { RATE_LIMIT: '2', ...env } })
  const ask = (headers: Record<string, string> = {}, remoteAddress = '192.0.2.1', path = url) => app.inject({ url: path, headers, remoteAddress })
  const statuses = async (count: number, ...asked: Parameters<typeof ask>) => {
    const answers = []
    for (let n = 0; n < count; n++) answers.push((await ask(...asked)).statusCode)
    return answers
  }
  return { app, simulator, ask, statuses }
}

t.test('bounds nothing unless told to', async (t) => {
  const { app } = await startService(t)
  t.notOk('ratelimit-limit' in (await app.inject(url)).headers)
})

t.test('answers so many requests of a caller a minute, and says how many are left', async (t) => {
  const { ask, statuses, simulator } = await limited(t)
  t.match((await ask()).headers, { 'ratelimit-limit': '2', 'ratelimit-remaining': '1', 'ratelimit-reset': '60' })
  t.match((await ask()).headers, { 'ratelimit-remaining': '0' })
  const before = simulator.received()
  const refused = await ask()
  t.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.match(refused.json(), { title: 'Too Many Requests', status: 429, detail: 'Rate limit exceeded.', instance: url.split('?')[0] })
  t.match(refused.headers, { 'ratelimit-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': /^\d+$/, 'retry-after': /^\d+$/ })
  t.equal(simulator.received(), before, 'nothing is read for it')
  t.same(await statuses(3, {}, '192.0.2.2'), [200, 200, 429], 'another is not asked to wait')
})

t.test('counts what is answered with what is kept, and answers it with the same headers', async (t) => {
  const { ask, statuses } = await limited(t, { CACHE: 'on', CORS_ORIGINS: 'https://portal.example.org' })
  const first = await ask({ origin: 'https://portal.example.org' })
  const kept = await ask({ origin: 'https://portal.example.org' })
  const names = (headers: object) => Object.keys(headers).sort()
  t.same(names(kept.headers), names(first.headers))
  t.equal(kept.headers['ratelimit-remaining'], '0')
  t.same(await statuses(1), [429])
})

t.test('counts what is refused too, and what there is no route for', async (t) => {
  const { statuses } = await limited(t)
  t.same(await statuses(1, {}, '192.0.2.1', '/nothing'), [404])
  t.same(await statuses(1, {}, '192.0.2.1', `${url}&no=1`), [400])
  t.same(await statuses(2), [429, 429])
})

t.test('lets those who watch the service ask as often as they like', async (t) => {
  const { statuses, ask } = await limited(t)
  for (const path of ['/healthz', '/readyz']) t.same(await statuses(4, {}, '192.0.2.1', path), [200, 200, 200, 200])
  t.notOk('ratelimit-limit' in (await ask({}, '192.0.2.1', '/healthz')).headers)
})

t.test('counts a network of IPv6 as one caller, and an IPv4 address however it is written', async (t) => {
  const { statuses } = await limited(t)
  t.same(await statuses(2, {}, '2001:db8:0:1::1'), [200, 200])
  t.same(await statuses(1, {}, '2001:db8:0:1:ffff::2'), [429])
  t.same(await statuses(1, {}, '2001:db8:0:2::1'), [200])
  t.same(await statuses(2, {}, '192.0.2.7'), [200, 200])
  t.same(await statuses(1, {}, '::ffff:192.0.2.7'), [429])
})

t.test('believes nobody about his address who is no proxy of the settings', async (t) => {
  const { statuses } = await limited(t, { TRUST_PROXY: `${proxy}, 10.1.0.0/16` })
  for (const n of [1, 2]) t.same(await statuses(1, { 'x-forwarded-for': `198.51.100.${n}` }), [200])
  t.same(await statuses(1, { 'x-forwarded-for': '198.51.100.3' }), [429], 'it was the same one all the time')

  t.same(await statuses(3, { 'x-forwarded-for': '198.51.100.9' }, proxy), [200, 200, 429])
  t.same(await statuses(1, { 'x-forwarded-for': 'evil, 198.51.100.9' }, proxy), [429], 'what the caller said of himself does not count')
  t.same(await statuses(1, { 'x-forwarded-for': '198.51.100.9, 10.1.2.3' }, proxy), [429], 'nor does a second proxy')
  t.same(await statuses(1, { 'x-forwarded-for': '198.51.100.8' }, proxy), [200])
})

t.test('looks at no token where nobody is asked for one', async (t) => {
  const { statuses } = await limited(t)
  t.same(await statuses(1, { 'x-auth-token': 'one' }), [200])
  t.same(await statuses(1, { authorization: 'Bearer two' }), [200])
  t.same(await statuses(1, { 'x-auth-token': 'three' }), [429])
})

t.test('counts a token that holds by itself, and made-up ones for their address', async (t) => {
  const { app, statuses } = await limited(t)
  app.decorate('isKnownToken', (token: string) => ['ann', 'bob'].includes(token))
  t.same(await statuses(3, { 'x-auth-token': 'ann' }), [200, 200, 429])
  t.same(await statuses(1, { authorization: 'Bearer ann' }, '192.0.2.9'), [429], 'wherever it comes from, in whichever header')
  t.same(await statuses(1, { authorization: 'bearer  ann', 'x-auth-token': '' }, '192.0.2.9'), [429], 'whatever the door takes for a token')
  t.same(await statuses(3, { 'x-auth-token': 'bob' }), [200, 200, 429])
  t.same(await statuses(1, { 'x-auth-token': 'made-up' }), [200])
  t.same(await statuses(1, { authorization: 'Basic Og==' }), [200])
  t.same(await statuses(1, { 'x-auth-token': 'another' }), [429])
  t.same(await statuses(1), [429])
})

t.test('remembers a bounded number of callers, whatever they are called', async (t) => {
  const { statuses } = await limited(t, { TRUST_PROXY: proxy })
  t.same(await statuses(3, {}, '192.0.2.1'), [200, 200, 429])
  for (let n = 0; n < 10_000; n++) await statuses(1, { 'x-forwarded-for': `caller ${n} ${'x'.repeat(1_000)}` }, proxy, '/nothing')
  t.same(await statuses(1, {}, '192.0.2.1'), [200], 'who has not asked for longest starts anew')
})
