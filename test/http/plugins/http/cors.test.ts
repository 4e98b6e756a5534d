import t from 'tap'
import { startService } from '#test/support/service.js'

const portal = 'https://portal.example.org'
const env = { CORS_ORIGINS: `${portal}, http://localhost:3000`, RATE_LIMIT: '1000' }
const summary = '/v1/openstack/projects/summary'
const urls = ['/healthz', summary, '/v1/openstack/projects/x/cpuUsage', '/nothing']

t.test('sends no CORS headers by default', async (t) => {
  const { app } = await startService(t)
  for (const url of urls) {
    const { headers } = await app.inject({ url, headers: { origin: portal } })
    t.same(Object.keys(headers).filter((name) => name.startsWith('access-control')), [])
  }
  const preflight = { origin: portal, 'access-control-request-method': 'GET' }
  const { headers } = await app.inject({ method: 'OPTIONS', url: '/healthz', headers: preflight })
  t.same(Object.keys(headers).filter((name) => name.startsWith('access-control')), [])
})

t.test('allows the configured origins to read every response, including problems', async (t) => {
  const { app } = await startService(t, { env })
  const exposed =
    /\bAge, ETag, Incomplete, Link, .*RateLimit-Remaining, .*Retry-After, X-Openstack-Request-Id$/
  for (const url of urls) {
    for (const origin of [portal, 'http://localhost:3000']) {
      const { headers } = await app.inject({ url, headers: { origin } })
      t.equal(headers['access-control-allow-origin'], origin, url)
      t.match(headers['access-control-expose-headers'], exposed)
      t.notOk('access-control-allow-credentials' in headers, 'the service uses no cookies')
    }
  }
})

t.test('allows no other origin, however similar', async (t) => {
  const { app } = await startService(t, { env })
  const others = [
    'https://evil.example', 'http://portal.example.org', `${portal}:8443`, `${portal}.evil.example`,
    `${portal}/`, portal.toUpperCase(), 'null', '', '*', `${portal}, https://evil.example`
  ]
  for (const origin of others) {
    const { headers } = await app.inject({ url: summary, headers: { origin } })
    t.notOk('access-control-allow-origin' in headers, origin)
  }
})

t.test('adds Origin to the Vary header of every response', async (t) => {
  const { app } = await startService(t, { env })
  const vary = async (headers: Record<string, string>, url = summary) =>
    (await app.inject({ url, headers })).headers.vary
  t.equal(await vary({ origin: portal }), 'accept, accept-encoding, origin')
  t.equal(await vary({}), 'accept, accept-encoding, origin')
  t.equal(await vary({ 'if-none-match': '*' }), 'accept, accept-encoding, origin')
  t.equal(await vary({}, '/nothing'), 'Origin')
})

t.test('responds to preflight requests', async (t) => {
  const { app, simulator } = await startService(t, { env })
  const preflight = (origin: string, headers = {}) =>
    app.inject({ method: 'OPTIONS', url: summary, headers: { origin, ...headers } })
  const get = { 'access-control-request-method': 'GET' }
  const { statusCode, headers, body } = await preflight(portal, {
    ...get, 'access-control-request-headers': 'x-auth-token'
  })
  t.equal(statusCode, 204)
  t.equal(body, '')
  t.match(headers, {
    'access-control-allow-origin': portal,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers':
      'Authorization, If-None-Match, Traceparent, Tracestate, X-Auth-Token, X-Openstack-Request-Id',
    'access-control-max-age': '600',
    allow: 'GET, HEAD, OPTIONS'
  })
  t.notOk('ratelimit-limit' in headers, 'the limits do not count it')
  t.notOk('access-control-allow-origin' in (await preflight('https://evil.example', get)).headers)
  t.match(await preflight(portal), {
    statusCode: 204, headers: { 'access-control-allow-origin': portal, allow: 'GET, HEAD, OPTIONS' }
  })
  t.equal(simulator.calls.length, 0)
})

t.test('responds to a preflight request of an unknown path, so that the page can read the 404', async (t) => {
  const { app } = await startService(t, { env })
  const options = (headers: Record<string, string>) =>
    app.inject({ method: 'OPTIONS', url: '/nothing', headers: { origin: portal, ...headers } })
  const preflight = await options({ 'access-control-request-method': 'GET' })
  t.match(preflight, { statusCode: 204, headers: { 'access-control-allow-origin': portal } })
  t.match(await options({}), { statusCode: 404, headers: { 'access-control-allow-origin': portal } })
})
