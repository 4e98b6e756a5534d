import t from 'tap'
import type { Test } from 'tap'
import {
  projects, startService as startAuthenticatedService, summary
} from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'
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

t.test('cuts ports off the addresses in X-Forwarded-For', async (t) => {
  const { statuses } = await startLimited(t, { TRUST_PROXY: `${proxy}, 2001:db8:ffff::/48` })
  const forwarded = (addresses: string) => statuses(1, { 'x-forwarded-for': addresses }, proxy)
  const spellings = {
    ipv4: ['198.51.100.1', '198.51.100.1:1', '198.51.100.1:65535', '[::ffff:198.51.100.1]:80'],
    ipv6: ['2001:db8:0:1::1', '[2001:db8:0:1::1]', '[2001:db8:0:1::1]:1', '[2001:DB8:0:1::2]:65535'],
    zone: ['fe80::1%eth0', '[fe80::1%eth0]:80', 'fe80::1', 'fe80::2%eth1'],
    'behind a second proxy': [
      '198.51.100.2:1, 10.0.0.1:80', '198.51.100.2:2, [2001:db8:ffff::1]:80', '198.51.100.2, 10.0.0.1',
      '198.51.100.2'
    ],
    'not an address': ['unknown', 'unknown:1', 'UNKNOWN:2', 'unknown:']
  }
  for (const [name, addresses] of Object.entries(spellings)) {
    const found = []
    for (const address of addresses) found.push(...await forwarded(address))
    t.same(found, [200, 200, 429, 429], name)
  }
})

/** Starts a service that authenticates callers, and allows three requests per minute and client. */
async function startAuthenticated (t: Test, env: Record<string, string> = {}) {
  const service = await startAuthenticatedService(t, { RATE_LIMIT: '3', ...env })
  const { app } = service
  /** The statuses of requests with these tokens, one after another. */
  const statuses = async (tokens: Array<string | undefined>, remoteAddress = client, url = summary) => {
    const statuses = []
    for (const token of tokens) {
      const headers = { ...(token !== undefined && { 'x-auth-token': token }) }
      statuses.push((await app.inject({ url, headers, remoteAddress })).statusCode)
    }
    return statuses
  }
  /** New tokens of a caller. */
  const tokensOf = (caller: Caller, count: number) =>
    Promise.all(Array.from({ length: count }, () => service.tokenOf(caller)))
  return { ...service, statuses, tokensOf }
}

t.test('counts all tokens of a user together, from any address', async (t) => {
  const { statuses, tokensOf, tokenOf } = await startAuthenticated(t)
  const tokens = await tokensOf('demo', 4)
  t.equal(new Set(tokens).size, 4)
  t.same(await statuses(tokens), [200, 200, 200, 429])
  t.same(await statuses([...tokens, await tokenOf('demoCredential')], '192.0.2.9'), Array(5).fill(429))
  t.same(await statuses([await tokenOf('admin')]), [200])
})

t.test('counts each user on its own, behind one address', async (t) => {
  for (const TOKEN_CACHE_TIME of ['1m', '0']) {
    const { statuses, tokenOf } = await startAuthenticated(t, { TOKEN_CACHE_TIME })
    for (const caller of ['admin', 'demo', 'monitor', 'lead'] as const) {
      t.same(await statuses(Array(4).fill(await tokenOf(caller))), [200, 200, 200, 429], caller)
    }
  }
})

t.test('counts a request once, in either header, whatever becomes of it', async (t) => {
  const { app, tokenOf, tokensOf } = await startAuthenticated(t, { RATE_LIMIT: '100' })
  const remaining = async (url: string, headers: Record<string, string>) =>
    Number((await app.inject({ url, headers, remoteAddress: client })).headers['ratelimit-remaining'])
  const [token, other] = await tokensOf('demo', 2) as [string, string]
  const requests: Array<[url: string, headers: Record<string, string>]> = [
    [summary, { 'x-auth-token': token }],
    [summary, { 'x-auth-token': token }],
    [summary, { authorization: `Bearer ${other}` }],
    [summary, { authorization: `bearer  ${other}`, 'x-auth-token': '' }],
    [`${summary}?no=1`, { 'x-auth-token': token }],
    ['/nothing', { 'x-auth-token': token }],
    [`${projects}/${'0'.repeat(32)}/instances?limit=1`, { 'x-auth-token': token }],
    [summary, { 'x-auth-token': await tokenOf('demoCredential') }],
    [summary, { 'x-auth-token': await tokenOf('restricted') }],
    [summary, { 'x-auth-token': await tokenOf('restricted') }]
  ]
  for (const [n, [url, headers]] of requests.entries()) t.equal(await remaining(url, headers), 99 - n, url)
  t.equal(await remaining(summary, {}), 99, 'the address')
})

t.test('counts the users of a project together with LIMIT_BY=project', async (t) => {
  const { statuses, tokenOf } = await startAuthenticated(t, { LIMIT_BY: 'project' })
  const [demo, guest, restricted] =
    [await tokenOf('demo'), await tokenOf('guest'), await tokenOf('restricted')]
  t.same(await statuses([demo, guest, restricted, demo, guest]), [200, 403, 403, 429, 429])
  t.same(await statuses(Array(4).fill(await tokenOf('lead'))), [200, 200, 200, 429], 'a domain has no count')
  t.same(await statuses([await tokenOf('unscoped')]), [403])
})

t.test('counts missing and invalid tokens for their address, up to the limit', async (t) => {
  const { statuses, tokenOf, validations, app } = await startAuthenticated(t)
  const [known, unknown] = [await tokenOf('demo'), await tokenOf('admin')]
  t.same(await statuses([known]), [200])
  validations()
  t.same(await statuses([undefined, 'made-up-1', 'made-up-2', 'made-up-3', undefined, unknown]), [
    401, 401, 401, 429, 429, 429
  ])
  t.equal(validations(), 2)
  t.same(await statuses([known]), [200], 'a validated token has its own count')
  t.same(await statuses([unknown], '192.0.2.9'), [200])
  const rejected = await app.inject({ url: summary, remoteAddress: client })
  t.match(rejected.headers, { 'ratelimit-remaining': '0', 'retry-after': /^[1-9]\d*$/ })
  t.same(await statuses(Array(4).fill(undefined), '192.0.2.7', '/docs'), [200, 200, 200, 429])
})

t.test('counts no request whose token Keystone could not validate', async (t) => {
  const { statuses, tokensOf, simulator } = await startAuthenticated(t)
  const tokens = await tokensOf('demo', 4)
  simulator.intercept = ({ method, path }) =>
    method === 'GET' && path === '/v3/auth/tokens' ? { status: 500 } : undefined
  t.same(await statuses(tokens), [503, 503, 503, 503])
  simulator.intercept = undefined
  t.same(await statuses(tokens), [200, 200, 200, 429])
})

t.test('counts a limited number of clients, however long their names are', async (t) => {
  const { statuses } = await startLimited(t, { TRUST_PROXY: proxy })
  t.same(await statuses(3), [200, 200, 429])
  for (let n = 0; n < 10_000; n++) {
    await statuses(1, { 'x-forwarded-for': `caller ${n} ${'x'.repeat(1_000)}` }, proxy, '/nothing')
  }
  t.same(await statuses(1), [200], 'the least recent client starts anew')
})
