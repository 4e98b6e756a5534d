import t from 'tap'
import { adminProjectId, demoProjectId } from '#simulator/seed.js'
import type { Interception } from '#simulator/simulator.js'
import { adminCredential, demoCredential, implied, passcode, restrictedCredential } from '#simulator/users.js'
import { summary, projects } from '#test/support/authenticated-service.js'
import { recordLog } from '#test/support/log.js'
import { byPassword, cookieName, setCookies, startSessionService } from '#test/support/session-client.js'

const names = (response: { json: () => any }) => response.json().map(({ name }: { name: string }) => name)
const signedOut = {
  auth: 'keystone',
  signedIn: false,
  user: null,
  scope: null,
  expires: null,
  methods: ['password', 'applicationCredential', 'token'],
  websso: []
}
const inDefault = (name: string) => ({ name, domain: 'Default' })

t.test('signs in by password, and the cookie then counts like a token', async (t) => {
  const { browser } = await startSessionService(t)
  const { get, signIn, state, cookies } = browser()
  t.same(await state(), signedOut)
  t.equal((await get(summary)).statusCode, 401)
  const response = await signIn(byPassword('demo'))
  t.equal(response.statusCode, 200)
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(setCookies(response)[0], new RegExp(
    `^${cookieName}=[\\w.-]+; Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=Strict$`
  ))
  const expected = {
    ...signedOut,
    signedIn: true,
    user: inDefault('demo'),
    scope: { sees: 'project', id: demoProjectId, name: 'demo' },
    expires: '2026-11-23T13:00:00.500Z'
  }
  t.same(response.json(), expected)
  t.same(await state(), expected)
  t.same([...cookies.keys()], [cookieName])
  const own = await get(summary)
  t.same(names(own), ['demo'])
  t.equal(own.headers.vary, 'accept, accept-encoding, x-auth-token, authorization, cookie')
})

t.test('signs in by application credential, within its access rules', async (t) => {
  const { browser } = await startSessionService(t)
  const { get, signIn, choose } = browser()
  const by = ({ id, secret }: { id: string, secret: string }) =>
    signIn({ method: 'applicationCredential', id, secret })
  t.match((await by(adminCredential)).json(), { scope: { sees: 'all', id: adminProjectId, name: 'admin' } })
  t.equal((await get(summary)).json().length, 5)
  t.match((await get('/ui/session/scopes')).json().projects, [{ id: adminProjectId }])
  t.equal((await choose({ project: demoProjectId })).statusCode, 403, 'Keystone lets it choose nothing')
  t.match((await by(demoCredential)).json(), { user: inDefault('demo'), scope: { sees: 'project' } })
  await by(restrictedCredential)
  t.equal((await get(summary)).statusCode, 403)
  t.equal((await get(`${projects}/${demoProjectId}/instances?limit=1`)).statusCode, 200)
})

t.test('signs in with a token that the user brings along, and does not revoke it', async (t) => {
  const { browser, tokenOf, get: getWith } = await startSessionService(t)
  for (const caller of ['monitor', 'unscoped'] as const) {
    const { signIn, signOut, choose, get } = browser()
    const token = await tokenOf(caller)
    const state = (await signIn({ method: 'token', token })).json()
    t.match(state, { user: inDefault('monitor'), scope: { sees: 'project', id: adminProjectId } }, caller)
    t.match((await choose({ project: demoProjectId })).json(), { scope: { id: demoProjectId } })
    t.same(names(await get(summary)), ['demo'])
    t.equal((await signOut()).statusCode, 204)
    t.equal((await getWith(summary, token)).statusCode, caller === 'monitor' ? 200 : 403, 'it still works')
  }
})

t.test('uses a scoped token as it is', async (t) => {
  const { browser, tokenOf } = await startSessionService(t)
  const scopes = {
    lead: { sees: 'domain', id: 'default', name: 'Default' },
    systemAdmin: { sees: 'all', id: null, name: null },
    guest: { sees: 'none', id: demoProjectId, name: 'demo' }
  }
  for (const [caller, scope] of Object.entries(scopes)) {
    const token = await tokenOf(caller as keyof typeof scopes)
    t.same((await browser().signIn({ method: 'token', token })).json().scope, scope, caller)
  }
})

t.test('chooses the project of an admin, else the default one, else the first', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const user = (name: string) => simulator.cloud.users.find((user) => user.name === name)!
  const scopeOf = async (name: string) => (await browser().signIn(byPassword(name))).json().scope
  t.match(await scopeOf('admin'), { sees: 'all', id: adminProjectId })
  t.match(await scopeOf('monitor'), { sees: 'project', id: adminProjectId }, 'admin comes before demo')
  t.match(await scopeOf('guest'), { sees: 'none', id: demoProjectId })
  t.match(await scopeOf('lead'), { sees: 'domain', name: 'Default' }, 'without projects')
  user('monitor').defaultProjectId = demoProjectId
  t.match(await scopeOf('monitor'), { sees: 'project', id: demoProjectId })
  user('demo').roles.set(adminProjectId, implied.admin)
  t.match(await scopeOf('demo'), { sees: 'all', id: adminProjectId })
  user('demo').roles.set(demoProjectId, implied.admin)
  t.match(await scopeOf('demo'), { sees: 'all', id: demoProjectId }, 'the default of two')

  user('demo').roles.clear()
  t.same(await scopeOf('demo'), { sees: 'none', id: null, name: null })
  user('demo').roles.set('system', implied.admin)
  t.same(await scopeOf('demo'), { sees: 'all', id: null, name: null })
  user('demo').roles.delete('system')
  user('demo').roles.set(demoProjectId, implied.member)
  simulator.cloud.projects.get(demoProjectId)!.enabled = false
  t.match(await scopeOf('demo'), { sees: 'none' }, 'a disabled project is none')
})

t.test('chooses without role assignments, users or scopes that Keystone does not show', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const error = { code: 403, message: 'no', title: 'Forbidden' }
  const hide = (pattern: RegExp) => {
    simulator.intercept = ({ path }) => pattern.test(path) ? { status: 403, body: { error } } : undefined
  }
  const scopeOf = async (name: string) => (await browser().signIn(byPassword(name))).json().scope
  hide(/role_assignments/)
  t.match(await scopeOf('admin'), { id: adminProjectId })
  hide(/users/)
  t.match(await scopeOf('monitor'), { id: adminProjectId })
  hide(/auth\/(projects|domains|system)/)
  t.same(await scopeOf('monitor'), { sees: 'none', id: null, name: null })
  const assignments = [{ role: {}, scope: {} }, { role: { name: 'Admin' }, scope: { system: {} } }]
  simulator.intercept = ({ path }) => path.endsWith('role_assignments')
    ? { status: 200, body: { role_assignments: assignments } }
    : undefined
  t.match(await scopeOf('monitor'), { id: adminProjectId }, 'a role without a name, or of no project')
})

t.test('signs in without a scope where Keystone issues no token of it', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const error = { code: 401, message: 'no', title: 'Unauthorized' }
  simulator.intercept = ({ method, body }) =>
    method === 'POST' && body.includes('"methods":["token"]') ? { status: 401, body: { error } } : undefined
  const { signIn, get, signOut } = browser()
  t.match((await signIn(byPassword('demo'))).json(), { signedIn: true, scope: { sees: 'none', id: null } })
  t.match((await get(summary)).json(), { status: 403, detail: /no scope/ })
  t.equal((await signOut()).statusCode, 204)
})

t.test('asks for a passcode, at once or in a second request', async (t) => {
  const { browser, clock } = await startSessionService(t)
  t.equal((await browser().signIn(byPassword('factors', { passcode }))).statusCode, 200, 'both at once')

  const { signIn, cookies } = browser()
  const first = await signIn(byPassword('factors'))
  t.match(first, { statusCode: 401, headers: { 'content-type': /^application\/problem\+json/ } })
  t.match(first.json(), { status: 401, needs: ['totp'], detail: 'Another factor is needed: totp.' })
  t.match(setCookies(first), [/^__Host-openstack-monitoring-receipt=.*; Max-Age=300; .*; SameSite=Strict$/])
  const withPasscode = (passcode: string, user = 'factors') =>
    signIn({ method: 'password', user, domain: 'Default', passcode })
  const wrong = await withPasscode('000000')
  t.match(wrong.json(), { status: 401, detail: 'Keystone does not accept this sign-in.' })
  t.notOk('needs' in wrong.json())
  t.equal((await withPasscode(passcode, 'demo')).statusCode, 401, 'the receipt is another user\'s')
  t.equal((await signIn(byPassword('demo'))).statusCode, 200, 'a password needs no receipt')
  t.notOk(cookies.has('__Host-openstack-monitoring-receipt'))

  await signIn(byPassword('factors'))
  const second = await withPasscode(passcode)
  t.match(second.json(), { signedIn: true, user: inDefault('factors') })
  t.same([...cookies.keys()], [cookieName])

  await signIn(byPassword('factors'))
  clock.time += 300_000
  t.equal((await withPasscode(passcode)).statusCode, 401, 'the receipt has expired')
})

t.test('rejects a login that needs a factor that the page cannot send', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const needs = (choices: string[][]) => {
    simulator.intercept = ({ method, path }) => method === 'POST' && path === '/v3/auth/tokens'
      ? {
          status: 401,
          headers: { 'openstack-auth-receipt': 'a-receipt' },
          body: { receipt: { methods: ['password'] }, required_auth_methods: choices }
        }
      : undefined
  }
  needs([['password', 'webauthn']])
  const response = await browser().signIn(byPassword('factors'))
  t.match(response.json(), { status: 401, detail: 'Keystone does not accept this sign-in.' })
  t.same(setCookies(response), [])
  needs([['password', 'webauthn'], ['password', 'totp']])
  t.match((await browser().signIn(byPassword('factors'))).json(), { needs: ['totp'] })
})

t.test('lists what the user may choose, and changes the scope', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const { signIn, get, choose, cookies, state } = browser()
  const scopes = '/ui/session/scopes'
  t.match((await get(scopes)).json(), { status: 401, detail: 'Nobody is signed in.' })
  t.equal((await choose({ system: true })).statusCode, 401)
  await signIn(byPassword('monitor'))
  const listed = await get(scopes)
  t.equal(listed.headers['cache-control'], 'no-store')
  t.same(listed.json(), {
    projects: [
      { id: adminProjectId, name: 'admin', domainId: 'default' },
      { id: demoProjectId, name: 'demo', domainId: 'default' }
    ],
    domains: [],
    system: true,
    complete: true
  })
  const before = cookies.get(cookieName)
  const tokens = () => simulator.calls.filter(({ method }) => method === 'DELETE').length
  const chosen = await choose({ project: demoProjectId })
  t.match(chosen.json(), { signedIn: true, scope: { sees: 'project', id: demoProjectId, name: 'demo' } })
  t.not(cookies.get(cookieName), before)
  t.equal(tokens(), 1, 'the token of the former scope is revoked')
  t.same(names(await get(summary)), ['demo'])
  t.match((await choose({ system: true })).json(), { scope: { sees: 'none', id: null, name: null } })
  t.equal((await get(summary)).statusCode, 403)
  t.equal((await choose({ project: adminProjectId })).statusCode, 200)
  for (const choice of [{ project: 'unknown' }, { domain: 'default' }]) {
    t.match((await choose(choice)).json(), {
      status: 403, detail: 'Keystone does not let this user choose this scope.'
    })
  }
  t.match(await state(), { scope: { id: adminProjectId } })

  await signIn(byPassword('lead'))
  t.match((await get(scopes)).json(), {
    projects: [], domains: [{ id: 'default', name: 'Default' }, { name: 'heat_user_domain' }], system: false
  })
  t.match((await choose({ domain: 'default' })).json(), { scope: { sees: 'domain', name: 'Default' } })
})

t.test('signs out: the cookie is gone, and the tokens are dead at once', async (t) => {
  const { browser, simulator, keystone } = await startSessionService(t)
  const { signIn, signOut, get, cookies, state, send } = browser()
  await signIn(byPassword('demo'))
  const stolen = `${cookieName}=${cookies.get(cookieName)}`
  t.equal((await get(summary)).statusCode, 200)
  const response = await signOut()
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.equal(response.headers['clear-site-data'], '"cache"')
  t.match(setCookies(response), [`${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict`])
  t.equal(cookies.size, 0)
  t.match(await state(), { signedIn: false })
  const withStolen = (method: 'GET' | 'PUT', url: string, body?: object) =>
    send(method, url, { headers: { cookie: stolen }, body })
  t.equal((await withStolen('GET', summary)).statusCode, 401)
  t.match((await withStolen('GET', '/ui/session/scopes')).json(), {
    status: 401, detail: 'The sign-in has ended.'
  })
  t.equal((await withStolen('PUT', '/ui/session/scope', { project: demoProjectId })).statusCode, 403)
  const revoked = simulator.calls.filter(({ method }) => method === 'DELETE')
  t.equal(revoked.length, 2, 'the unscoped token and the scoped one')
  for (const { headers } of revoked) {
    const { 'x-subject-token': token } = headers as Record<string, string>
    const probe = await fetch(`${keystone}/auth/projects`, { headers: { 'x-auth-token': token! } })
    t.equal(probe.status, 401)
  }
  t.equal((await signOut()).statusCode, 204, 'a second time changes nothing')
})

t.test('signs out also where Keystone cannot revoke the tokens', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const { signIn, signOut, state } = browser()
  await signIn(byPassword('demo'))
  simulator.intercept = ({ method }) => method === 'DELETE' ? { status: 500, body: '' } : undefined
  t.equal((await signOut()).statusCode, 204)
  t.match(await state(), { signedIn: false })
})

t.test('revokes the tokens of a session that a new one replaces', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const { signIn, get } = browser()
  await signIn(byPassword('demo'))
  await signIn(byPassword('monitor'))
  t.equal(simulator.calls.filter(({ method }) => method === 'DELETE').length, 2)
  t.same(names(await get(summary)), ['admin'])
})

t.test('ends a session with its token', async (t) => {
  const { browser, clock } = await startSessionService(t, { TOKEN_CACHE_TIME: '5m' })
  const { signIn, get, state, choose } = browser()
  await signIn(byPassword('monitor'))
  clock.time += 1_800_000
  t.match((await choose({ project: demoProjectId })).json(), { expires: '2026-11-23T13:00:00.500Z' })
  clock.time += 1_799_999
  t.match(await state(), { signedIn: true })
  t.equal((await get(summary)).statusCode, 200)
  clock.time += 1
  t.match(await state(), { signedIn: false })
  t.equal((await get(summary)).statusCode, 401)
})

t.test('opens the cookies of each SESSION_KEY, in each process', async (t) => {
  const [first, second] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64url'))
  const start = (SESSION_KEY?: string) => startSessionService(t, { SESSION_KEY })
  const one = await start(first)
  const { signIn, cookies } = one.browser()
  await signIn(byPassword('demo'))
  const headers = { 'sec-fetch-site': 'same-origin', cookie: `${cookieName}=${cookies.get(cookieName)}` }
  const keys = { [first!]: true, [`${second},${first}`]: true, [second!]: false, '': false }
  for (const [key, signedIn] of Object.entries(keys)) {
    const { app } = await start(key)
    t.match((await app.inject({ url: '/ui/session', headers })).json(), { signedIn }, key)
  }
})

t.test('logs at the start that a restart signs users out, unless there is a key', async (t) => {
  const key = Buffer.alloc(32, 1).toString('base64url')
  for (const [SESSION_KEY, messages] of [[undefined, 1], [key, 0]] as const) {
    const { lines, logger } = recordLog()
    const { app } = await startSessionService(t, { SESSION_KEY }, { logger })
    await app.listen({ host: '127.0.0.1', port: 0 })
    t.equal(lines.filter((line) => line.includes('"no SESSION_KEY: ')).length, messages)
  }
})

t.test('has nothing to sign in to with AUTH=none', async (t) => {
  const { app } = await startSessionService(t, { AUTH: 'none', WEBSSO: 'Company=openid' })
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  t.same((await app.inject({ url: '/ui/session', headers })).json(), {
    auth: 'none', signedIn: false, user: null, scope: null, expires: null, methods: [], websso: []
  })
  const payload = JSON.stringify(byPassword('demo'))
  t.equal((await app.inject({ method: 'POST', url: '/ui/session', headers, payload })).statusCode, 405)
  t.equal((await app.inject({ url: '/ui/session/scopes', headers })).statusCode, 404)
})

t.test('allows other methods nowhere', async (t) => {
  const { app } = await startSessionService(t)
  const urls = {
    '/ui/session': 'GET, HEAD, POST, DELETE, OPTIONS',
    '/ui/session/scope': 'PUT, OPTIONS',
    '/ui/session/scopes': 'GET, HEAD, OPTIONS',
    '/ui/session/websso': 'POST, OPTIONS',
    '/ui/session/websso/1': 'POST, OPTIONS'
  }
  for (const [url, allow] of Object.entries(urls)) {
    t.match(await app.inject({ method: 'PATCH', url }), { statusCode: 405, headers: { allow } }, url)
    t.match(await app.inject({ method: 'OPTIONS', url }), { statusCode: 204, headers: { allow } }, url)
    const get = await app.inject({ method: 'GET', url })
    t.equal(get.statusCode, allow.startsWith('GET') ? url.endsWith('s') ? 401 : 200 : 405, url)
  }
})

t.test('reports the failures of Keystone', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const user = { id: 'ann', name: 'ann', domain: { name: 'Default' } }
  const token = { expires_at: '2026-11-23T13:00:00.000000Z', user }
  const answers: Array<[Interception, number, string]> = [
    ['reset', 503, 'no response'],
    [{ status: 500, body: '' }, 502, 'an error'],
    [{ status: 201, body: { token } }, 502, 'no token'],
    [{ status: 201, headers: { 'x-subject-token': 'x' }, body: { token: 1 } }, 502, 'no facts'],
    [
      { status: 201, headers: { 'x-subject-token': 'x' }, body: { token: { ...token, expires_at: 'soon' } } },
      502, 'no expiry'
    ],
    [{ status: 201, headers: { 'x-subject-token': 'x'.repeat(4_000) }, body: { token } }, 502, 'a long token']
  ]
  const { id, secret } = demoCredential
  for (const [answer, status, name] of answers) {
    simulator.intercept = ({ method, path }) =>
      method === 'POST' && path === '/v3/auth/tokens' ? answer : undefined
    const response = await browser().signIn({ method: 'applicationCredential', id, secret })
    t.equal(response.statusCode, status, name)
    t.same(setCookies(response), [], name)
  }
})

t.test('shows names that Keystone leaves out as unknown', async (t) => {
  const { browser, simulator } = await startSessionService(t)
  const token = { expires_at: '2026-11-23T13:00:00.000000Z', user: { id: 'ann' }, project: { id: 'p' } }
  simulator.intercept = ({ method, path }) =>
    method === 'POST' && path === '/v3/auth/tokens'
      ? { status: 201, headers: { 'x-subject-token': 'of-ann' }, body: { token } }
      : undefined
  t.match((await browser().signIn({ method: 'applicationCredential', id: 'a', secret: 'b' })).json(), {
    user: { name: null, domain: null }, scope: { sees: 'none', id: 'p', name: null }
  })
})
