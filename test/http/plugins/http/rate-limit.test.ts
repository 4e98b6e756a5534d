import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const cpuUsage = '/v1/openstack/projects/of-none/cpuUsage?defaultTimeRange=10m&groupBy=1m'
const client = '192.0.2.1'
const proxy = '10.0.0.1'

/** Starts a service that allows two requests per minute and client. */
async function startLimited (t: Test, env: Record<string, string> = {}) {
  const { app, simulator } = await startService(t, { env: { RATE_LIMIT: '2', ...env } })
  const get = (headers: Record<string, string> = {}, remoteAddress = client, url = cpuUsage) =>
    app.inject({ url, headers, remoteAddress })
  /** The statuses of some requests, one after another. */
  const statuses = async (count: number, ...request: Parameters<typeof get>) => {
    const statuses = []
    for (let n = 0; n < count; n++) statuses.push((await get(...request)).statusCode)
    return statuses
  }
  return { app, simulator, get, statuses }
}

t.test('limits nothing by default', async (t) => {
  const { app } = await startService(t)
  t.notOk('ratelimit-limit' in (await app.inject(cpuUsage)).headers)
})

t.test('limits the requests of a client per minute, and returns how many are left', async (t) => {
  const { get, statuses, simulator } = await startLimited(t)
  t.match((await get()).headers, {
    'ratelimit-limit': '2', 'ratelimit-remaining': '1', 'ratelimit-reset': '60'
  })
  t.match((await get()).headers, { 'ratelimit-remaining': '0' })
  const before = simulator.received()
  const rejected = await get()
  t.equal(rejected.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.match(rejected.json(), {
    title: 'Too Many Requests', status: 429, detail: 'Rate limit exceeded.', instance: cpuUsage.split('?')[0]
  })
  t.match(rejected.headers, {
    'ratelimit-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': /^\d+$/, 'retry-after': /^\d+$/
  })
  t.equal(simulator.received(), before, 'a rejected request reads nothing')
  t.same(await statuses(3, {}, '192.0.2.2'), [200, 200, 429], 'another client has its own limit')
})

t.test('counts cached responses, and sends the same headers with them', async (t) => {
  const { get, statuses } = await startLimited(t, { CACHE: 'on', CORS_ORIGINS: 'https://portal.example.org' })
  const first = await get({ origin: 'https://portal.example.org' })
  const cached = await get({ origin: 'https://portal.example.org' })
  const names = (headers: object) => Object.keys(headers).sort()
  t.same(names(cached.headers), names(first.headers))
  t.equal(cached.headers['ratelimit-remaining'], '0')
  t.same(await statuses(1), [429])
})

t.test('counts invalid requests and unknown routes', async (t) => {
  const { statuses } = await startLimited(t)
  t.same(await statuses(1, {}, client, '/nothing'), [404])
  t.same(await statuses(1, {}, client, `${cpuUsage}&no=1`), [400])
  t.same(await statuses(2), [429, 429])
})

t.test('does not limit health checks', async (t) => {
  const { statuses, get } = await startLimited(t)
  for (const url of ['/healthz', '/readyz']) t.same(await statuses(4, {}, client, url), [200, 200, 200, 200])
  t.notOk('ratelimit-limit' in (await get({}, client, '/healthz')).headers)
})

t.test('counts an IPv6 network as one client, and an IPv4 address in either notation', async (t) => {
  const { statuses } = await startLimited(t)
  t.same(await statuses(2, {}, '2001:db8:0:1::1'), [200, 200])
  t.same(await statuses(1, {}, '2001:db8:0:1:ffff::2'), [429])
  t.same(await statuses(1, {}, '2001:db8:0:2::1'), [200])
  t.same(await statuses(2, {}, '192.0.2.7'), [200, 200])
  t.same(await statuses(1, {}, '::ffff:192.0.2.7'), [429])
})

t.test('uses X-Forwarded-For only from trusted proxies', async (t) => {
  const { statuses } = await startLimited(t, { TRUST_PROXY: `${proxy}, 10.1.0.0/16` })
  const forwarded = (addresses: string, count = 1, peer = proxy) =>
    statuses(count, { 'x-forwarded-for': addresses }, peer)
  for (const n of [1, 2]) t.same(await forwarded(`198.51.100.${n}`, 1, client), [200])
  t.same(await forwarded('198.51.100.3', 1, client), [429], 'the three requests are of one client')

  t.same(await forwarded('198.51.100.9', 3), [200, 200, 429])
  t.same(await forwarded('evil, 198.51.100.9'), [429], 'the client\'s own header is ignored')
  t.same(await forwarded('198.51.100.9, 10.1.2.3'), [429], 'a second trusted proxy is skipped')
  t.same(await forwarded('198.51.100.8'), [200])
})

t.test('ignores tokens with AUTH=none', async (t) => {
  const { statuses } = await startLimited(t)
  t.same(await statuses(1, { 'x-auth-token': 'one' }), [200])
  t.same(await statuses(1, { authorization: 'Bearer two' }), [200])
  t.same(await statuses(1, { 'x-auth-token': 'three' }), [429])
})

t.test('counts a valid token as a client, and unknown ones for their address', async (t) => {
  const { app, statuses } = await startLimited(t)
  app.decorate('isKnownToken', (token: string) => ['ann', 'bob'].includes(token))
  t.same(await statuses(3, { 'x-auth-token': 'ann' }), [200, 200, 429])
  const bearer = { authorization: 'Bearer ann' }
  t.same(await statuses(1, bearer, '192.0.2.9'), [429], 'from any address, in either header')
  const spaced = { authorization: 'bearer  ann', 'x-auth-token': '' }
  t.same(await statuses(1, spaced, '192.0.2.9'), [429], 'in every form that the authentication accepts')
  t.same(await statuses(3, { 'x-auth-token': 'bob' }), [200, 200, 429])
  t.same(await statuses(1, { 'x-auth-token': 'made-up' }), [200])
  t.same(await statuses(1, { authorization: 'Basic Og==' }), [200])
  t.same(await statuses(1, { 'x-auth-token': 'another' }), [429])
  t.same(await statuses(1), [429])
})

t.test('counts a limited number of clients, however long their names are', async (t) => {
  const { statuses } = await startLimited(t, { TRUST_PROXY: proxy })
  t.same(await statuses(3), [200, 200, 429])
  for (let n = 0; n < 10_000; n++) {
    await statuses(1, { 'x-forwarded-for': `caller ${n} ${'x'.repeat(1_000)}` }, proxy, '/nothing')
  }
  t.same(await statuses(1), [200], 'the least recent client starts anew')
})
