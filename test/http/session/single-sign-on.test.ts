import type { Test } from 'tap'
import t from 'tap'
import { demoProjectId } from '#simulator/seed.js'
import { summary } from '#test/support/authenticated-service.js'
import { cookieName, setCookies, startSessionService } from '#test/support/session-client.js'

const start = '/ui/session/websso/1'
const callback = '/ui/session/websso'
const startCookie = '__Host-openstack-monitoring-websso'
/** The page, which says that the sign-on failed. */
const failed = '/ui/?signIn=failed'
const form = 'application/x-www-form-urlencoded'

/** Starts the service with a browser that can follow Keystone's page. */
async function startSignOn (t: Test, env: Record<string, string> = {}) {
  const service = await startSessionService(t, { WEBSSO: 'Company=openid,Google=google/openid', ...env })
  const browser = service.browser()
  /** Posts a form as Keystone's page does. */
  const finish = (body: string, headers: Record<string, string> = {}) => browser.send('POST', callback, {
    body,
    headers: {
      'content-type': form, 'sec-fetch-site': 'cross-site', origin: 'https://keystone.example.org', ...headers
    }
  })
  return { ...service, ...browser, finish }
}

t.test('signs in with the token that Keystone\'s page posts', async (t) => {
  const { state, send, finish, cookies, get, signOut, keystone, simulator } = await startSignOn(t)
  t.match(await state(), { websso: [{ id: '1', label: 'Company' }, { id: '2', label: 'Google' }] })
  for (const [id, path] of [
    ['1', 'websso/openid'], ['2', 'identity_providers/google/protocols/openid/websso']
  ]) {
    const started = await send('POST', `/ui/session/websso/${id}`, {
      headers: { origin: 'http://localhost:8080' }
    })
    t.match(setCookies(started), [new RegExp(
      `^${startCookie}=[\\w.-]+; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=None$`
    )])
    const { url } = started.json()
    const origin = encodeURIComponent(`http://localhost:8080${callback}`)
    t.equal(url, `${keystone}/auth/OS-FEDERATION/${path}?origin=${origin}`)
    const page = await (await fetch(url)).text()
    const token = /name="token" id="token" value="([^"]+)"/.exec(page)![1]!
    const finished = await finish(`token=${token}`)
    t.match(finished, { statusCode: 303, headers: { location: '/ui/', 'cache-control': 'no-store' } })
    t.same([...cookies.keys()], [cookieName], 'the cookie of the start is used up')
    t.notMatch(finished.body, token)
    t.match(await state(), { user: { name: 'demo' }, scope: { sees: 'project', id: demoProjectId } })
    t.equal((await get(summary)).statusCode, 200)
    t.match(await finish(`token=${token}`), { headers: { location: failed } })
    await signOut()
    t.ok(simulator.calls.some(({ method, headers }) =>
      method === 'DELETE' && headers['x-subject-token'] === token), 'that token is revoked as well')
  }
})

t.test('takes a token only in the browser that started the sign-in', async (t) => {
  const { finish, send, clock, tokenOf, state, cookies, signIn } = await startSignOn(t)
  const attackers = await tokenOf('unscoped')
  const rejected = async (name: string, headers = {}) => {
    const response = await finish(`token=${attackers}`, headers)
    t.match(response, { statusCode: 303, headers: { location: failed } }, name)
    t.same(setCookies(response), [], name)
    t.match(await state(), { signedIn: false }, name)
  }
  await rejected('no start')
  await signIn({ method: 'password', user: 'factors', domain: 'Default', password: 'simulated' })
  const receipt = cookies.get('__Host-openstack-monitoring-receipt')
  await rejected('another cookie', { cookie: `${startCookie}=${receipt}` })
  await send('POST', start)
  clock.time += 600_000
  await rejected('a start ten minutes ago')
})

t.test('starts a sign-in for its own page only, and with known providers', async (t) => {
  const { send } = await startSignOn(t, { TRUST_PROXY: '10.0.0.1' })
  const urlOf = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
    const { url } = (await send('POST', start, { headers, remoteAddress })).json()
    return new URL(url).searchParams.get('origin')
  }
  t.equal(await urlOf({ host: 'localhost:8080' }), `http://localhost:8080${callback}`)
  t.equal(await urlOf({ host: 'localhost:8080', origin: 'null' }), `http://localhost:8080${callback}`)
  const proxied = {
    'x-forwarded-proto': 'https', 'x-forwarded-host': 'monitoring.example.org', host: '10.0.0.2'
  }
  t.equal(await urlOf(proxied, '10.0.0.1'), `https://monitoring.example.org${callback}`)
  t.match((await send('POST', '/ui/session/websso/3')).json(), {
    status: 404, detail: 'No such identity provider.'
  })
  t.equal((await send('POST', start, { headers: { 'sec-fetch-site': 'cross-site' } })).statusCode, 403)
})

t.test('names Keystone as browsers reach it', async (t) => {
  for (const uri of ['https://cloud.example.org:5000', 'https://cloud.example.org:5000/v3']) {
    const { send } = await startSignOn(t, { WWW_AUTHENTICATE_URI: uri })
    const { url } = (await send('POST', start)).json()
    t.match(url, /^https:\/\/cloud\.example\.org:5000\/v3\/auth\/OS-FEDERATION\/websso\/openid\?origin=/)
  }
})

t.test('rejects other forms, and tokens that Keystone does not know', async (t) => {
  const { send, finish } = await startSignOn(t)
  const statuses: Array<[name: string, body: string, status: number, headers?: Record<string, string>]> = [
    ['an unknown token', 'token=unknown', 303],
    ['no token', 'other=1', 400],
    ['an empty token', 'token=', 400],
    ['an empty form', '', 400],
    ['JSON', '{"token":"x"}', 403, { 'content-type': 'application/json' }],
    ['a large form', `token=${'x'.repeat(8_200)}`, 413],
    ['a token of two lines', 'token=a%0D%0Ab', 303]
  ]
  for (const [name, body, status, headers] of statuses) {
    await send('POST', start)
    const response = await finish(body, headers)
    t.equal(response.statusCode, status, name)
    if (status === 303) t.equal(response.headers.location, failed)
    t.match(setCookies(response), [new RegExp(`^${startCookie}=; Max-Age=0;`)], name)
  }
})

t.test('reports a Keystone that fails, and does not call the sign-on rejected', async (t) => {
  const { send, finish, simulator, state } = await startSignOn(t)
  await send('POST', start)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? { status: 500 } : undefined
  const response = await finish('token=x')
  t.match(response.json(), { status: 502 })
  t.match(response.headers['content-type'], 'application/problem+json')
  t.match(await state(), { signedIn: false })
})

t.test('counts single sign-ons like other sign-ins', async (t) => {
  const { finish } = await startSignOn(t)
  const statuses = []
  for (let n = 0; n < 11; n++) statuses.push((await finish('token=x')).statusCode)
  t.same(statuses, [...Array(10).fill(303), 429])
  const response = await finish('token=x', { host: 'monitoring.example.org' })
  t.equal(response.statusCode, 403, 'and needs HTTPS')
})
