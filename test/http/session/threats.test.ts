import type { Test } from 'tap'
import t from 'tap'
import { demoProjectId } from '#simulator/seed.js'
import type { Simulator } from '#simulator/simulator.js'
import { demoCredential, passcode, password } from '#simulator/users.js'
import { summary } from '#test/support/authenticated-service.js'
import { recordLog } from '#test/support/log.js'
import { byPassword, cookieName, setCookies, startSessionService } from '#test/support/session-client.js'

const names = (response: { json: () => any }) => response.json().map(({ name }: { name: string }) => name)
const session = '/ui/session'

/** Every token that Keystone received from the service. */
function tokensAt ({ calls }: Pick<Simulator, 'calls'>) {
  const sent = calls.flatMap(({ headers, body }) => [
    headers['x-auth-token'], headers['x-subject-token'], headers['openstack-auth-receipt'],
    /"token":\{"id":"([^"]+)"/.exec(body)?.[1]
  ])
  return [...new Set(sent.filter((text) => text !== undefined).map(String))]
}

/** Starts the service with a log that the test reads. */
async function startLogged (t: Test, env: Record<string, string> = {}) {
  const { lines, logger } = recordLog({ level: 'trace' })
  return { ...await startSessionService(t, { LOG_LEVEL: 'trace', ...env }, { logger }), lines }
}

t.test('no response and no log line has a token or a password', async (t) => {
  const { browser, tokenOf, simulator, lines } = await startLogged(t, { WEBSSO: 'Company=openid' })
  const { send, cookies } = browser()
  const brought = await tokenOf('monitor')
  const { id, secret } = demoCredential
  const odd = 'a-password-that-is-wrong'
  const steps: Array<['GET' | 'POST' | 'PUT' | 'DELETE', string, unknown?]> = [
    ['POST', session, byPassword('demo', { password: odd })],
    ['POST', session, byPassword('factors')],
    ['POST', session, { method: 'password', user: 'factors', domain: 'Default', passcode }],
    ['POST', session, { method: 'applicationCredential', id, secret }],
    ['POST', session, { method: 'token', token: brought }],
    ['POST', session, byPassword('monitor')],
    ['POST', session, { ...byPassword('monitor'), hint: odd }],
    ['POST', session, `{"password":"${odd}`],
    ['GET', session],
    ['GET', `${session}/scopes`],
    ['PUT', `${session}/scope`, { project: demoProjectId }],
    ['GET', summary],
    ['POST', `${session}/websso/1`],
    ['DELETE', session]
  ]
  const seen: string[] = []
  const statuses: number[] = []
  const sealed = new Set<string>()
  for (const [method, url, body] of steps) {
    const { statusCode, headers, body: text } = await send(method, url, { body })
    for (const value of cookies.values()) sealed.add(value)
    const { 'set-cookie': cookie, ...others } = headers
    seen.push(text, JSON.stringify(others))
    statuses.push(statusCode)
  }
  t.same(statuses, [401, 401, 200, 200, 200, 200, 400, 400, 200, 200, 200, 200, 200, 204])
  const tokens = tokensAt(simulator)
  t.ok(tokens.length >= 8)
  const secrets = [...tokens, password, secret, odd, passcode]
  for (const [n, text] of [...seen, ...lines].entries()) {
    t.notOk(secrets.find((secret) => text.includes(secret)), `text ${n}`)
    t.notOk([...sealed].find((cookie) => text.includes(cookie)), `text ${n} has no cookie`)
  }
  for (const text of sealed) {
    const parts = text.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    t.notOk(secrets.find((secret) => text.includes(secret) || parts.join(' ').includes(secret)))
  }
  t.match(lines.join(''), /"path":"\/ui\/session","caller":\{"userId":"\w+","projectId":"\w+"\},"status":200/)
})

t.test('only a page of this service changes the session', async (t) => {
  const { browser, count } = await startSessionService(t, { WEBSSO: 'Company=openid' })
  const { send, state } = browser()
  const before = count('identity')
  const sites = ['cross-site', 'same-site', 'none', undefined]
  for (const site of sites) {
    const headers = { 'sec-fetch-site': site }
    for (const [method, url, body] of [
      ['POST', session, byPassword('demo')],
      ['PUT', `${session}/scope`, { project: demoProjectId }],
      ['DELETE', session, undefined],
      ['POST', `${session}/websso/1`, undefined]
    ] as const) {
      const response = await send(method, url, { body, headers })
      t.match(response.json(), {
        status: 403, detail: 'The request must come from a page of this service.'
      }, `${method} ${url} ${site}`)
      t.same(setCookies(response), [])
    }
  }
  t.equal(count('identity'), before, 'nothing is sent to Keystone')
  t.match(await state(), { signedIn: false })
})

t.test('a form of another origin cannot sign in, or choose a scope', async (t) => {
  const { browser } = await startSessionService(t)
  const { signIn, send } = browser()
  const types = [
    'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'text/json', ';',
    'application/json-patch', undefined
  ]
  for (const type of types) {
    const headers = { 'content-type': type }
    const response = await signIn(byPassword('demo'), headers)
    t.match(response.json(), { status: 403, detail: 'The body must be application/json.' }, String(type))
    t.same(setCookies(response), [])
  }
  await signIn(byPassword('monitor'))
  const body = { project: demoProjectId }
  const response = await send('PUT', `${session}/scope`, { body, headers: { 'content-type': 'text/plain' } })
  t.equal(response.statusCode, 403)
  const accepted = await signIn(byPassword('demo'), { 'content-type': 'Application/JSON; charset=utf-8' })
  t.equal(accepted.statusCode, 200)
})

t.test('the cookie counts in requests of a page of this service alone', async (t) => {
  const { browser, app } = await startSessionService(t, { CORS_ORIGINS: 'https://portal.example.org' })
  const { signIn, cookies, get } = browser()
  await signIn(byPassword('demo'))
  const cookie = `${cookieName}=${cookies.get(cookieName)}`
  for (const site of ['cross-site', 'same-site', 'none', 'same-origin, cross-site', '']) {
    for (const origin of ['https://portal.example.org', 'https://sibling.example.org']) {
      const headers = { cookie, 'sec-fetch-site': site, origin }
      const response = await app.inject({ url: summary, headers })
      t.equal(response.statusCode, 401, site)
      t.notOk('access-control-allow-credentials' in response.headers)
      const state = await app.inject({ url: session, headers })
      t.match(state.json(), { signedIn: false, user: null, scope: null })
      t.equal((await app.inject({ url: `${session}/scopes`, headers })).statusCode, 401)
    }
  }
  t.equal((await app.inject({ url: summary, headers: { cookie } })).statusCode, 401)
  const own = await get(summary, { origin: 'https://portal.example.org' })
  t.equal(own.statusCode, 200)
  t.notOk('access-control-allow-credentials' in own.headers)
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: session,
    headers: { origin: 'https://portal.example.org', 'access-control-request-method': 'POST' }
  })
  t.notMatch(preflight.headers['access-control-allow-methods'], /POST|PUT|DELETE/)
  t.notOk('access-control-allow-credentials' in preflight.headers)
})

t.test('no response may be framed, or embedded by another origin', async (t) => {
  const { browser } = await startSessionService(t)
  const { send } = browser()
  for (const [method, url] of [['GET', session], ['DELETE', session], ['POST', session]] as const) {
    t.match((await send(method, url)).headers, {
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store'
    }, `${method} ${url}`)
  }
})

t.test('a token header counts over the cookie', async (t) => {
  const { browser, tokenOf } = await startSessionService(t)
  const { signIn, get } = browser()
  await signIn(byPassword('demo'))
  const monitor = await tokenOf('monitor')
  t.same(names(await get(summary, { 'x-auth-token': monitor })), ['admin'])
  t.same(names(await get(summary, { authorization: `Bearer ${monitor}` })), ['admin'])
  t.equal((await get(summary, { 'x-auth-token': 'unknown' })).statusCode, 401)
  t.same(names(await get(summary, { authorization: 'Basic cHJveHk6' })), ['demo'], 'that is no token')
})

t.test('no other cookie is a session', async (t) => {
  const { browser, tokenOf } = await startSessionService(t)
  const { signIn, get, cookies } = browser()
  await signIn(byPassword('factors'))
  const receipt = cookies.get('__Host-openstack-monitoring-receipt')!
  await signIn(byPassword('demo'))
  const value = cookies.get(cookieName)!
  const token = await tokenOf('demo')
  const values = {
    empty: `${cookieName}=`,
    'a token': `${cookieName}=${token}`,
    'a receipt': `${cookieName}=${receipt}`,
    'a changed one': `${cookieName}=${value.slice(0, -2)}`,
    'one without the prefix': `openstack-monitoring=${value}`,
    'one of another name': `__host-openstack-monitoring=${value}`,
    'a malformed header': `;;=; ${cookieName}`,
    'a malformed escape': `${cookieName}=%E0%A4%A`
  }
  for (const [name, cookie] of Object.entries(values)) {
    t.equal((await get(summary, { cookie })).statusCode, 401, name)
    t.match((await get(session, { cookie })).json(), { signedIn: false }, name)
  }
  t.equal((await get(summary, { cookie: `a=b; ${cookieName}=${value}; c` })).statusCode, 200)
})

t.test('each sign-in and each change of scope makes another cookie', async (t) => {
  const { browser } = await startSessionService(t)
  const { signIn, choose, cookies } = browser()
  const values = new Set<string>()
  const keep = () => values.add(cookies.get(cookieName)!)
  for (const user of ['monitor', 'monitor']) {
    await signIn(byPassword(user), { cookie: `${cookieName}=fixed-by-an-attacker` })
    keep()
  }
  await choose({ project: demoProjectId })
  keep()
  t.equal(values.size, 3)
})

t.test('two users of one browser never see each other\'s responses', async (t) => {
  const { browser } = await startSessionService(t)
  const { signIn, signOut, get } = browser()
  await signIn(byPassword('demo'))
  const first = await get(summary)
  t.same(names(first), ['demo'])
  t.match(first.headers, { 'cache-control': /^private, /, vary: /\bcookie$/ })
  await signOut()
  t.equal((await get(summary, { 'if-none-match': String(first.headers.etag) })).statusCode, 401)
  await signIn(byPassword('monitor'))
  const second = await get(summary, { 'if-none-match': String(first.headers.etag) })
  t.equal(second.statusCode, 200)
  t.same(names(second), ['admin'])
  await signIn(byPassword('demo'))
  t.same(names(await get(summary)), ['demo'])
})

t.test('signs in over HTTPS or within this host', async (t) => {
  const { browser } = await startSessionService(t, { TRUST_PROXY: '10.0.0.1' })
  const { send } = browser()
  const https = { 'x-forwarded-proto': 'https' }
  const accepted: Array<[name: string, remoteAddress: string, headers: Record<string, string>]> = [
    ['this host', '127.0.0.1', {}],
    ['this host, by IPv6', '::1', { host: '[::1]:8080' }],
    ['this host, by IPv4 in IPv6', '::ffff:127.0.0.1', { host: '127.0.0.1:8080' }],
    ['a page of this host', '127.0.0.1', { origin: 'http://localhost:8080' }],
    ['a page whose origin is hidden', '127.0.0.1', { origin: 'null' }],
    ['a trusted proxy over HTTPS', '10.0.0.1', https]
  ]
  const rejected: typeof accepted = [
    ['another host', '192.0.2.1', {}],
    ['another host that claims HTTPS', '192.0.2.1', https],
    ['a trusted proxy over HTTP', '10.0.0.1', { 'x-forwarded-proto': 'http' }],
    ['a trusted proxy for this host', '10.0.0.1', { 'x-forwarded-for': '192.0.2.9' }],
    ['an unknown proxy on this host', '127.0.0.1', { host: 'monitoring.example.org' }],
    ['a page that came over HTTP', '127.0.0.1', { origin: 'http://monitoring.example.org' }],
    ['a name that begins like this host', '127.0.0.1', { host: '127.0.0.1.example.org' }]
  ]
  const signIn = (remoteAddress: string, headers: Record<string, string>) =>
    send('POST', session, { body: byPassword('demo'), remoteAddress, headers })
  for (const [name, ...request] of accepted) t.equal((await signIn(...request)).statusCode, 200, name)
  for (const [name, ...request] of rejected) {
    const response = await signIn(...request)
    t.match(response.json(), { status: 403, detail: 'Signing in needs HTTPS: see TRUST_PROXY.' }, name)
    t.same(setCookies(response), [])
  }
})

t.test('limits the sign-ins of an address to ten a minute, whatever RATE_LIMIT is', async (t) => {
  for (const RATE_LIMIT of [undefined, '1000']) {
    const { browser, clock, count } = await startSessionService(t, { RATE_LIMIT })
    const { send } = browser()
    const signIn = (remoteAddress = '127.0.0.1') =>
      send('POST', session, { body: byPassword('demo'), remoteAddress })
    for (let n = 0; n < 10; n++) t.equal((await signIn()).statusCode, 200)
    const before = count('identity')
    const rejected = await signIn()
    t.match(rejected, { statusCode: 429, headers: { 'retry-after': '60' } })
    t.match(rejected.json(), { detail: 'Too many sign-ins from this address.' })
    t.equal(count('identity'), before)
    t.equal((await signIn('127.0.0.2')).statusCode, 200, 'another address')
    t.equal((await send('GET', session)).statusCode, 200, 'reading is not limited')
    clock.time += 59_999
    t.equal((await signIn()).statusCode, 429)
    clock.time += 1
    t.equal((await signIn()).statusCode, 200)
  }
})

t.test('answers every rejected sign-in alike, after 400 ms at least', async (t) => {
  const { browser } = await startSessionService(t)
  const { id } = demoCredential
  const logins: Record<string, object> = {
    'a wrong password': byPassword('demo', { password: 'wrong' }),
    'an unknown user': byPassword('nobody'),
    'an unknown domain': byPassword('demo', { domain: 'nowhere' }),
    'an unknown credential': { method: 'applicationCredential', id: 'none', secret: 'wrong' },
    'a wrong secret': { method: 'applicationCredential', id, secret: 'wrong' },
    'an unknown token': { method: 'token', token: 'unknown' },
    'no token at all': { method: 'token', token: 'two\r\nlines' }
  }
  const bodies = new Set<string>()
  for (const [name, login] of Object.entries(logins)) {
    const start = performance.now()
    const response = await browser().signIn(login)
    t.ok(performance.now() - start >= 399, name)
    t.equal(response.statusCode, 401, name)
    t.same(setCookies(response), [])
    bodies.add(response.body)
  }
  t.equal(bodies.size, 1)
})

t.test('requests with the cookie count for their user', async (t) => {
  const { browser, tokenOf, get: getWith } = await startSessionService(t, { RATE_LIMIT: '3' })
  const { signIn, get } = browser()
  await signIn(byPassword('demo'))
  const token = await tokenOf('demo')
  for (const send of [() => get(summary), () => getWith(summary, token), () => get(summary)]) {
    t.equal((await send()).statusCode, 200)
  }
  for (const response of [await get(summary), await getWith(summary, token)]) {
    t.equal(response.statusCode, 429, 'the same user')
  }
  const other = browser()
  await other.signIn(byPassword('monitor'))
  t.equal((await other.get(summary)).statusCode, 200)
})
