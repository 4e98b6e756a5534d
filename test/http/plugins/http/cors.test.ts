import t from 'tap'
import { startService } from '#test/support/service.js'

const portal = 'https://portal.example.org'
const env = { CORS_ORIGINS: `${portal}, http://localhost:3000`, RATE_LIMIT: '1000' }
const urls = ['/healthz', '/v1/openstack/projects/summary', '/v1/openstack/projects/x/cpuUsage', '/nothing']

t.test('lets no page read an answer unless told to', async (t) => {
  const { app } = await startService(t)
  for (const url of urls) {
    const { headers } = await app.inject({ url, headers: { origin: portal } })
    t.same(Object.keys(headers).filter((name) => name.startsWith('access-control')), [])
  }
  t.equal((await app.inject({ method: 'OPTIONS', url: '/healthz', headers: { origin: portal, 'access-control-request-method': 'GET' } })).statusCode, 404)
})

t.test('lets the pages of these origins read each answer, the errors too', async (t) => {
  const { app } = await startService(t, { env })
  for (const url of urls) {
    for (const origin of [portal, 'http://localhost:3000']) {
      const { headers } = await app.inject({ url, headers: { origin } })
      t.equal(headers['access-control-allow-origin'], origin, url)
      t.match(headers['access-control-expose-headers'], /\bAge, ETag, Link, .*RateLimit-Remaining, .*Retry-After, X-Openstack-Request-Id$/)
      t.notOk('access-control-allow-credentials' in headers, 'no cookie is asked for')
    }
  }
})

t.test('lets no other origin do so, however near it is', async (t) => {
  const { app } = await startService(t, { env })
  const others = ['https://evil.example', 'http://portal.example.org', `${portal}:8443`, `${portal}.evil.example`, `${portal}/`, portal.toUpperCase(), 'null', '', '*', `${portal}, https://evil.example`]
  for (const origin of others) {
    const { headers } = await app.inject({ url: '/v1/openstack/projects/summary', headers: { origin } })
    t.notOk('access-control-allow-origin' in headers, origin)
  }
})

t.test('says that an answer varies by who asks, whatever else it varies by', async (t) => {
  const { app } = await startService(t, { env })
  const vary = async (headers: Record<string, string>, url = '/v1/openstack/projects/summary') => (await app.inject({ url, headers })).headers.vary
  t.equal(await vary({ origin: portal }), 'accept-encoding, origin')
  t.equal(await vary({}), 'accept-encoding, origin')
  t.equal(await vary({ 'if-none-match': '*' }), 'accept-encoding, origin')
  t.equal(await vary({}, '/nothing'), 'Origin')
})

t.test('answers who asks whether it may ask', async (t) => {
  const { app, simulator } = await startService(t, { env })
  const ask = (origin: string, headers = {}) => app.inject({ method: 'OPTIONS', url: '/v1/openstack/projects/summary', headers: { origin, ...headers } })
  const { statusCode, headers, body } = await ask(portal, { 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-auth-token' })
  t.equal(statusCode, 204)
  t.equal(body, '')
  t.match(headers, {
    'access-control-allow-origin': portal,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': 'Authorization, If-None-Match, Traceparent, Tracestate, X-Auth-Token, X-Openstack-Request-Id',
    'access-control-max-age': '600'
  })
  t.notOk('ratelimit-limit' in headers, 'that is no request of anybody\'s yet')
  t.notOk('access-control-allow-origin' in (await ask('https://evil.example', { 'access-control-request-method': 'GET' })).headers)
  t.equal((await ask(portal)).statusCode, 204)
  t.equal(simulator.calls.length, 0)
})
