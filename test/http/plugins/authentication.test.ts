import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Interception } from '#simulator/simulator.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { demoUserId, roleId } from '#simulator/users.js'
import { projects, range, startService, summary } from '#test/support/authenticated-service.js'
import { startService as startWithoutAuthentication } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const series = (instance: string) => `${projects}/${instance}/networkIo?${range}`
const instances = (project: string) => `${projects}/${project}/instances?limit=5`
const roleOfDemo = `/projects/${demoProjectId}/users/${demoUserId}/roles/${roleId('member')}`

t.test('ignores tokens with AUTH=none', async (t) => {
  const { app, simulator, count } = await startWithoutAuthentication(t)
  const requests = [
    {}, { 'x-auth-token': 'no token' }, { authorization: 'Bearer x', 'x-auth-token': 'y' }
  ]
  for (const headers of requests) {
    const response = await app.inject({ url: summary, headers })
    t.equal(response.statusCode, 200)
    t.equal(response.headers.vary, 'accept, accept-encoding')
  }
  const logins = simulator.calls.filter(({ method }) => method === 'POST').length
  t.equal(count('identity', '/v3/auth/tokens'), logins)
})

t.test('rejects requests without a valid token, and names Keystone', async (t) => {
  const { get, keystone, tokenOf, app } = await startService(t)
  const challenge = `Keystone uri="${keystone}"`
  const missing = await get(summary)
  t.match(missing, {
    statusCode: 401, headers: { 'www-authenticate': challenge, vary: 'x-auth-token, authorization, cookie' }
  })
  t.match(missing.json(), {
    title: 'Unauthorized',
    status: 401,
    detail: 'There is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer.',
    instance: summary
  })
  const unknown = await get(summary, 'unknown')
  t.match(unknown.json(), { status: 401, detail: 'The token is not valid.' })
  t.equal(unknown.headers['www-authenticate'], challenge)
  const token = await tokenOf('demo')
  const bearer = await app.inject({ url: summary, headers: { authorization: `Bearer ${token}` } })
  t.equal(bearer.statusCode, 200)
  const twoTokens = await get(summary, token, { authorization: `Bearer ${await tokenOf('admin')}` })
  t.match(twoTokens.json(), { status: 400, errors: [{ parameter: 'X-Auth-Token' }] })
})

t.test('names WWW_AUTHENTICATE_URI', async (t) => {
  const uri = 'https://cloud.example.org:5000/v3'
  const { get } = await startService(t, { WWW_AUTHENTICATE_URI: uri })
  t.equal((await get(summary)).headers['www-authenticate'], `Keystone uri="${uri}"`)
})

t.test('applies access rules to the path that the router reads', async (t) => {
  const { app, tokenOf } = await startService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const token = await tokenOf('restricted')
  const get = async (url: string) => {
    const head = [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', `X-Auth-Token: ${token}`]
    return responsesIn(await sendRaw(port, `${head.join('\r\n')}\r\n\r\n`))[0]!
  }
  t.equal((await get(instances(demoProjectId))).statusCode, 200)
  t.equal((await get(`${summary}?projectName=/instances`)).statusCode, 403)
  const rejected = await get(`${summary}#projectName=/instances`)
  t.equal(rejected.statusCode, 400)
  t.match(JSON.parse(rejected.body), { detail: 'The URL must not have a fragment.' })
})

t.test('validates a token once for concurrent requests', async (t) => {
  const { get, tokenOf, validations } = await startService(t)
  const token = await tokenOf('demo')
  validations()
  const urls = Array.from({ length: 50 }, (_, i) => i % 2 === 0 ? summary : series(demoInstanceId))
  const responses = await Promise.all(urls.map((url) => get(url, token)))
  t.ok(responses.every(({ statusCode }) => statusCode === 200))
  t.equal(validations(), 1)
  await get(instances(demoProjectId), token)
  t.equal(validations(), 0)
})

t.test('rejects a revoked token after TOKEN_CACHE_TIME', async (t) => {
  const settings = [[{}, 60], [{ TOKEN_CACHE_TIME: '5m' }, 300], [{ TOKEN_CACHE_TIME: '1s' }, 1]] as const
  for (const [env, seconds] of settings) {
    const { get, tokenOf, revoke, clock } = await startService(t, env)
    const [token, other] = [await tokenOf('demo'), await tokenOf('demo')]
    t.equal((await get(summary, token)).statusCode, 200)
    await revoke(token)
    clock.time += seconds * 1_000 - 1
    t.equal((await get(summary, token)).statusCode, 200)
    clock.time += 1
    t.equal((await get(summary, token)).statusCode, 401)
    t.equal((await get(summary, other)).statusCode, 200)
  }
})

t.test('rejects a revoked token at once where validations are not cached', async (t) => {
  for (const env of [{ TOKEN_CACHE_TIME: '0' }, { CACHE: 'off' }]) {
    const { get, tokenOf, revoke } = await startService(t, env)
    const token = await tokenOf('demo')
    t.equal((await get(summary, token)).statusCode, 200)
    await revoke(token)
    t.equal((await get(summary, token)).statusCode, 401)
  }
})

t.test('notices within that time that a role was removed or restored', async (t) => {
  const { get, tokenOf, change, clock } = await startService(t)
  const tokens = await Promise.all((['demo', 'demoCredential', 'trustee'] as const).map(tokenOf))
  const statuses = async () => {
    const responses = await Promise.all(tokens.map((token) => get(summary, token)))
    return responses.map(({ statusCode }) => statusCode)
  }
  t.same(await statuses(), [200, 200, 200])
  await change('DELETE', roleOfDemo)
  t.same(await statuses(), [200, 200, 200])
  clock.time += 60_000
  t.same(await statuses(), [401, 401, 401])
  await change('PUT', roleOfDemo)
  clock.time += 10_000
  t.same(await statuses(), [200, 200, 200])
})

t.test('uses no cached validation after the token has expired', async (t) => {
  const { get, tokenOf, clock, validations } = await startService(t, { TOKEN_CACHE_TIME: '5m' })
  const token = await tokenOf('demo')
  clock.time += 3_600_000 - 10_000
  t.equal((await get(summary, token)).statusCode, 200)
  clock.time += 9_999
  validations()
  t.equal((await get(summary, token)).statusCode, 200)
  t.equal(validations(), 0)
  clock.time += 1
  t.equal((await get(summary, token)).statusCode, 401)
})

t.test('serves known tokens while Keystone is down, and responds 503 to others', async (t) => {
  const { get, tokenOf, simulator, clock } = await startService(t)
  const [known, unknown] = [await tokenOf('demo'), await tokenOf('monitor')]
  const url = series(demoInstanceId)
  t.equal((await get(url, known)).statusCode, 200)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  t.equal((await get(url, known)).statusCode, 200)
  t.equal((await get(url.replace('5m', '1m'), known)).statusCode, 200, 'not from the response cache alone')
  const rejected = await get(url, unknown)
  t.match(rejected, { statusCode: 503, headers: { 'retry-after': '5' } })
  t.match(rejected.json(), { detail: 'The identity service cannot be reached.' })
  t.equal(rejected.headers['www-authenticate'], undefined, 'a new login would not help')
  clock.time += 60_000
  t.equal((await get(url, known)).statusCode, 503)
  simulator.intercept = undefined
  t.equal((await get(url, known)).statusCode, 200)
})

t.test('responds 503 where Keystone fails to validate a token, however it fails', async (t) => {
  const serverError = { error: { code: 500, message: 'a secret of Keystone\'s' } }
  const failures: Record<string, [Interception, detail: string]> = {
    'a reset': ['reset', 'cannot be reached'],
    'a 500': [{ status: 500, body: serverError }, 'returned an invalid response'],
    'a 429': [{ status: 429, body: '' }, 'accepts no requests for now'],
    'a page': [{ status: 200, body: '<html>a secret of Keystone\'s</html>' }, 'returned an invalid response'],
    'other JSON': [{ status: 200, body: { token: { secret: 1 } } }, 'returned an invalid response'],
    'no response': ['hang', 'did not respond within its time limit']
  }
  const { get, tokenOf, simulator, app } = await startService(t, { UPSTREAM_TIMEOUT: '1s' })
  await app.openstack.reach()
  const token = await tokenOf('demo')
  for (const [name, [failure, detail]] of Object.entries(failures)) {
    simulator.intercept = ({ upstream, method }) =>
      upstream === 'identity' && method === 'GET' ? failure : undefined
    for (const url of [summary, series(demoInstanceId), instances(demoProjectId)]) {
      const response = await get(url, token)
      const headers = { 'retry-after': '5', 'content-type': /^application\/problem\+json/ }
      t.match(response, { statusCode: 503, headers }, `${name} ${url}`)
      const problem = {
        status: 503, title: 'Service Unavailable', detail: `The identity service ${detail}.`
      }
      t.match(response.json(), problem, name)
      t.notMatch(response.body, 'secret')
    }
  }
  simulator.intercept = undefined
  t.equal((await get(summary, token)).statusCode, 200)
})

t.test('accepts the tokens of federated users', async (t) => {
  const { get, simulator } = await startService(t)
  // The user is known to an identity provider only. Source: Identity API v3, `OS-FEDERATION`.
  const token = {
    methods: ['openid'],
    user: {
      id: '9f6b1f0b6f1c4d5f8d6a2c9d1e0f3a7b',
      name: 'ann@example.org',
      domain: { id: 'federated', name: 'federated' },
      'OS-FEDERATION': {
        groups: [{ id: '0cd5e9' }], identity_provider: { id: 'example' }, protocol: { id: 'openid' }
      }
    },
    audit_ids: ['vz4Sp2J2S0yQF2T6iVz5Gw'],
    issued_at: '2026-11-23T11:30:00.000000Z',
    expires_at: '2026-11-23T12:30:00.000000Z',
    project: { id: demoProjectId, name: 'demo', domain: { id: 'default', name: 'Default' } },
    is_domain: false,
    roles: [{ id: 'a1', name: 'member' }, { id: 'a2', name: 'reader' }]
  }
  let scope: object = {}
  simulator.intercept = ({ method, path }) => method === 'GET' && path === '/v3/auth/tokens'
    ? { status: 200, body: { token: { ...token, ...scope } } }
    : undefined
  const visible = (await get(summary, 'of-ann')).json()
  t.same(visible.map(({ name }: { name: string }) => name), ['demo'])
  t.equal((await get(instances(demoProjectId), 'of-ann')).statusCode, 200)
  t.equal((await get(instances(adminProjectId), 'of-ann')).statusCode, 404)
  t.equal((await get(series(demoInstanceId), 'of-ann')).statusCode, 200)

  // Before the user selects a project, the token has neither a scope nor a role.
  scope = { project: undefined, roles: undefined, is_domain: undefined }
  t.match((await get(summary, 'of-ann-unscoped')).json(), { status: 403, detail: /no scope/ })
})

t.test('responds 502 where its own credential may not validate tokens', async (t) => {
  const { get, tokenOf } = await startService(t, { OS_USERNAME: 'demo', OS_PROJECT_NAME: 'demo' })
  const detail = 'The identity service rejected the credential of this service.'
  t.match((await get(summary, await tokenOf('admin'))).json(), { status: 502, detail })
})

t.test('shows every project to AUTH_GLOBAL_ROLES', async (t) => {
  const { get, tokenOf } = await startService(t, { AUTH_GLOBAL_ROLES: 'auditor, heat_stack_owner' })
  t.equal((await get(summary, await tokenOf('guest'))).json().length, 5)
  t.equal((await get(summary, await tokenOf('demo'))).json().length, 1)
})

t.test('shows their own project to AUTH_READER_ROLES', async (t) => {
  const { get, tokenOf } = await startService(t, { AUTH_READER_ROLES: 'Heat_Stack_Owner' })
  t.equal((await get(summary, await tokenOf('guest'))).json().length, 1)
  t.equal((await get(summary, await tokenOf('demo'))).statusCode, 403, 'the setting replaces the default')
  t.equal((await get(summary, await tokenOf('admin'))).json().length, 5)

  const byDefault = await startService(t)
  t.equal((await byDefault.get(summary, await byDefault.tokenOf('guest'))).statusCode, 403)
  for (const name of ['_member_', 'Member']) {
    const token = {
      expires_at: '2026-11-23T13:00:00.000000Z',
      user: { id: 'ann' },
      roles: [{ name }],
      project: { id: demoProjectId }
    }
    byDefault.simulator.intercept = ({ headers }) =>
      'x-subject-token' in headers ? { status: 200, body: { token } } : undefined
    t.equal((await byDefault.get(summary, `of-a-${name}`)).json().length, 1, name)
  }
})

t.test('reads an instance\'s project once, and only that project\'s samples', async (t) => {
  const { get, tokenOf, simulator, count } = await startService(t)
  const token = await tokenOf('demo')
  const statements = () => simulator.calls
    .filter(({ upstream }) => upstream === 'metrics')
    .flatMap(({ body }) => new URLSearchParams(body).get('q')!.split('; '))
  for (const usage of ['cpuUsage', 'memUsage', 'networkIo']) {
    t.equal((await get(series(demoInstanceId).replace('networkIo', usage), token)).statusCode, 200)
  }
  t.equal(count('compute', '/v2.1/servers/'), 1)
  t.equal(statements().length, 6)
  for (const text of statements()) t.ok(text.includes(` AND "_tenant_id" = '${demoProjectId}' GROUP BY `))

  simulator.calls.length = 0
  t.equal((await get(series(demoInstanceId), await tokenOf('admin'))).statusCode, 200)
  t.equal(count('compute'), 0, 'an admin\'s series needs the metrics store alone')
  t.ok(statements().every((text) => !text.includes('_tenant_id')))
})

t.test('finds the project of an instance by its series where Nova has deleted it', async (t) => {
  const { get, tokenOf, simulator } = await startService(t)
  const callers = ['demo', 'monitor', 'lead', 'heatLead'] as const
  const [demo, monitor, lead, heatLead] = await Promise.all(callers.map(tokenOf))
  const itemNotFound = { code: 404, message: 'gone' }
  simulator.intercept = ({ path }) =>
    path === `/v2.1/servers/${adminInstanceId}` ? { status: 404, body: { itemNotFound } } : undefined
  const url = series(adminInstanceId)
  for (const token of [monitor, lead]) t.ok((await get(url, token)).json()[0].metric.length >= 12)
  for (const token of [demo, heatLead]) {
    t.match((await get(url, token)).json(), { status: 404, detail: 'No such instance.' })
  }
  const means = simulator.calls
    .filter(({ upstream }) => upstream === 'metrics')
    .flatMap(({ body }) => new URLSearchParams(body).get('q')!.split('; '))
    .filter((statement) => statement.includes('mean('))
  t.ok(means.length > 0)
  for (const statement of means) t.ok(statement.includes(` AND "_tenant_id" = '${adminProjectId}' GROUP BY `))
})

t.test('serves instances whose project is cached while Nova is down, and no others', async (t) => {
  const { get, tokenOf, simulator } = await startService(t, { SERIES_TTL: '0' })
  const [demo, monitor] = [await tokenOf('demo'), await tokenOf('monitor')]
  await get(series(demoInstanceId), demo)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? 'reset' : undefined
  t.equal((await get(series(demoInstanceId), demo)).statusCode, 200)
  const detail = 'The compute service cannot be reached.'
  t.match((await get(series(adminInstanceId), monitor)).json(), { status: 503, detail })
})
