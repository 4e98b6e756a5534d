import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Interception } from '#simulator/simulator.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { demoUserId, roleId } from '#simulator/users.js'
import { projects, range, startService, summary } from '#test/support/authenticated-service.js'
import { startService as startOnSimulator } from '#test/support/service.js'
import { answersIn, converse } from '#test/support/socket.js'

const series = (instance: string) => `${projects}/${instance}/networkIo?${range}`
const pageOf = (project: string) => `${projects}/${project}/instances?limit=5`
const demosRole = `/projects/${demoProjectId}/users/${demoUserId}/roles/${roleId('member')}`

t.test('asks nobody with AUTH=none, whatever he brings', async (t) => {
  const { app, simulator, count } = await startOnSimulator(t)
  for (const headers of [{}, { 'x-auth-token': 'no token' }, { authorization: 'Bearer x', 'x-auth-token': 'y' }]) {
    const answer = await app.inject({ url: summary, headers })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers.vary, 'accept-encoding')
  }
  t.equal(count('identity', '/v3/auth/tokens'), simulator.calls.filter(({ method }) => method === 'POST').length)
})

t.test('says how to come in', async (t) => {
  const { get, keystone, tokenOf, app } = await startService(t)
  const challenge = `Keystone uri="${keystone}"`
  t.match(await get(summary), { statusCode: 401, headers: { 'www-authenticate': challenge, vary: 'x-auth-token, authorization' } })
  t.match((await get(summary)).json(), { title: 'Unauthorized', status: 401, detail: 'There is no token: send one of Keystone\'s as X-Auth-Token, or as Authorization: Bearer.', instance: summary })
  t.match((await get(summary, 'unknown')).json(), { status: 401, detail: 'The token is not valid.' })
  t.equal((await get(summary, 'unknown')).headers['www-authenticate'], challenge)
  const token = await tokenOf('demo')
  t.equal((await app.inject({ url: summary, headers: { authorization: `Bearer ${token}` } })).statusCode, 200)
  t.match((await get(summary, token, { authorization: `Bearer ${await tokenOf('admin')}` })).json(), { status: 400, errors: [{ parameter: 'X-Auth-Token' }] })

  const { get: elsewhere } = await startService(t, { WWW_AUTHENTICATE_URI: 'https://cloud.example.org:5000/v3' })
  t.equal((await elsewhere(summary)).headers['www-authenticate'], 'Keystone uri="https://cloud.example.org:5000/v3"')
  const { get: secretly } = await startService(t, { WWW_AUTHENTICATE_URI: 'https://ann:secret@cloud.example.org/v3' })
  t.equal((await secretly(summary)).headers['www-authenticate'], 'Keystone uri="https://cloud.example.org/v3"')
})

t.test('lets nobody past the rules of his credential by a path that the router reads otherwise', async (t) => {
  const { app, tokenOf } = await startService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const token = await tokenOf('restricted')
  const ask = async (url: string) => answersIn(await converse(port, `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Auth-Token: ${token}\r\n\r\n`))[0]!
  t.equal((await ask(pageOf(demoProjectId))).statusCode, 200)
  t.equal((await ask(`${summary}?projectName=/instances`)).statusCode, 403)
  const refused = await ask(`${summary}#projectName=/instances`)
  t.equal(refused.statusCode, 400)
  t.match(JSON.parse(refused.body), { detail: 'The URL must not have a fragment.' })
})

t.test('asks nobody at the open routes, and everybody elsewhere', async (t) => {
  const { get } = await startService(t)
  for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/openapi.yaml', '/docs/', '/docs/static/swagger-ui.css']) {
    const { statusCode, headers } = await get(url, 'x'.repeat(5_000))
    t.equal(statusCode, 200, url)
    t.notMatch(headers.vary, /token/, url)
  }
  for (const url of ['/', '/nothing', '/healthz/', '/docsx', '/openapi.xml', '/v1', summary]) t.equal((await get(url)).statusCode, 401, url)
})

t.test('asks Keystone nothing about what can be no token', async (t) => {
  const { get, simulator } = await startService(t)
  for (const token of ['', 'x'.repeat(5_000), 'a b', 'a"b', 'é']) t.equal((await get(summary, token)).statusCode, 401)
  t.equal(simulator.calls.length, 0)
})

t.test('asks Keystone once for all who come at the same time', async (t) => {
  const { get, tokenOf, validations } = await startService(t)
  const token = await tokenOf('demo')
  validations()
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => get(i % 2 === 0 ? summary : series(demoInstanceId), token)))
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.equal(validations(), 1)
  await get(pageOf(demoProjectId), token)
  t.equal(validations(), 0)
})

t.test('sees within TOKEN_CACHE_TIME that a token was revoked', async (t) => {
  for (const [env, seconds] of [[{}, 60], [{ TOKEN_CACHE_TIME: '5m' }, 300], [{ TOKEN_CACHE_TIME: '1s' }, 1]] as const) {
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

t.test('sees at once that a token was revoked where none is kept', async (t) => {
  for (const env of [{ TOKEN_CACHE_TIME: '0' }, { CACHE: 'off' }]) {
    const { get, tokenOf, revoke } = await startService(t, env)
    const token = await tokenOf('demo')
    t.equal((await get(summary, token)).statusCode, 200)
    await revoke(token)
    t.equal((await get(summary, token)).statusCode, 401)
  }
})

t.test('sees within that time that a role was taken away, or given back', async (t) => {
  const { get, tokenOf, change, clock } = await startService(t)
  const tokens = await Promise.all((['demo', 'demoCredential', 'trustee'] as const).map(tokenOf))
  const statuses = async () => (await Promise.all(tokens.map((token) => get(summary, token)))).map(({ statusCode }) => statusCode)
  t.same(await statuses(), [200, 200, 200])
  await change('DELETE', demosRole)
  t.same(await statuses(), [200, 200, 200])
  clock.time += 60_000
  t.same(await statuses(), [401, 401, 401])
  await change('PUT', demosRole)
  clock.time += 10_000
  t.same(await statuses(), [200, 200, 200])
})

t.test('goes by no validation beyond the end of the token', async (t) => {
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

t.test('goes on with whom it knows while Keystone is down, and tells the others to come again', async (t) => {
  const { get, tokenOf, simulator, clock } = await startService(t)
  const [known, unknown] = [await tokenOf('demo'), await tokenOf('monitor')]
  t.equal((await get(series(demoInstanceId), known)).statusCode, 200)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  t.equal((await get(series(demoInstanceId), known)).statusCode, 200)
  t.equal((await get(series(demoInstanceId).replace('5m', '1m'), known)).statusCode, 200, 'what is not kept is read')
  const refused = await get(series(demoInstanceId), unknown)
  t.match(refused, { statusCode: 503, headers: { 'retry-after': '5' } })
  t.match(refused.json(), { detail: 'The identity service cannot be reached.' })
  t.equal(refused.headers['www-authenticate'], undefined, 'nobody is sent to log in again')
  clock.time += 60_000
  t.equal((await get(series(demoInstanceId), known)).statusCode, 503)
  simulator.intercept = undefined
  t.equal((await get(series(demoInstanceId), known)).statusCode, 200)
})

t.test('tells whom it cannot validate to come again, however Keystone fails', async (t) => {
  const failures: Record<string, [Interception, detail: string]> = {
    'a reset': ['reset', 'cannot be reached'],
    'a 500': [{ status: 500, body: { error: { code: 500, message: 'a secret of Keystone\'s' } } }, 'returned an invalid response'],
    'a 429': [{ status: 429, body: '' }, 'returned an invalid response'],
    'a page': [{ status: 200, body: '<html>a secret of Keystone\'s</html>' }, 'returned an invalid response'],
    'another form': [{ status: 200, body: { token: { secret: 1 } } }, 'returned an invalid response'],
    nothing: ['hang', 'did not respond within its time limit']
  }
  const { get, tokenOf, simulator, app } = await startService(t, { UPSTREAM_TIMEOUT: '1s' })
  await app.openstack.reach()
  const token = await tokenOf('demo')
  for (const [name, [failure, detail]] of Object.entries(failures)) {
    simulator.intercept = ({ upstream, method }) => upstream === 'identity' && method === 'GET' ? failure : undefined
    for (const url of [summary, series(demoInstanceId), pageOf(demoProjectId)]) {
      const answer = await get(url, token)
      t.match(answer, { statusCode: 503, headers: { 'retry-after': '5', 'content-type': /^application\/problem\+json/ } }, `${name} ${url}`)
      t.match(answer.json(), { status: 503, title: 'Service Unavailable', detail: `The identity service ${detail}.` }, name)
      t.notMatch(answer.body, 'secret')
    }
  }
  simulator.intercept = undefined
  t.equal((await get(summary, token)).statusCode, 200)
})

t.test('lets federated users in like any other', async (t) => {
  const { get, simulator } = await startService(t)
  // Of a user whom Keystone knows by another's word alone. Source: Identity API v3, `OS-FEDERATION`.
  const token = {
    methods: ['openid'],
    user: {
      id: '9f6b1f0b6f1c4d5f8d6a2c9d1e0f3a7b',
      name: 'ann@example.org',
      domain: { id: 'federated', name: 'federated' },
      'OS-FEDERATION': { groups: [{ id: '0cd5e9' }], identity_provider: { id: 'example' }, protocol: { id: 'openid' } }
    },
    audit_ids: ['vz4Sp2J2S0yQF2T6iVz5Gw'],
    issued_at: '2026-11-23T11:30:00.000000Z',
    expires_at: '2026-11-23T12:30:00.000000Z',
    project: { id: demoProjectId, name: 'demo', domain: { id: 'default', name: 'Default' } },
    is_domain: false,
    roles: [{ id: 'a1', name: 'member' }, { id: 'a2', name: 'reader' }]
  }
  let scope: object = {}
  simulator.intercept = ({ method, path }) => method === 'GET' && path === '/v3/auth/tokens' ? { status: 200, body: { token: { ...token, ...scope } } } : undefined
  t.same((await get(summary, 'of-ann')).json().map(({ name }: { name: string }) => name), ['demo'])
  t.equal((await get(pageOf(demoProjectId), 'of-ann')).statusCode, 200)
  t.equal((await get(pageOf(adminProjectId), 'of-ann')).statusCode, 404)
  t.equal((await get(series(demoInstanceId), 'of-ann')).statusCode, 200)

  // Before a project was chosen there is neither a scope nor a role.
  scope = { project: undefined, roles: undefined, is_domain: undefined }
  t.match((await get(summary, 'of-ann-unscoped')).json(), { status: 403, detail: /no scope/ })
})

t.test('says that its own credential may not validate tokens', async (t) => {
  const { get, tokenOf } = await startService(t, { OS_USERNAME: 'demo', OS_PROJECT_NAME: 'demo' })
  t.match((await get(summary, await tokenOf('admin'))).json(), { status: 502, detail: 'The identity service rejected the credential of this service.' })
})

t.test('lets roles see all that are named', async (t) => {
  const { get, tokenOf } = await startService(t, { AUTH_GLOBAL_ROLES: 'auditor, heat_stack_owner' })
  t.equal((await get(summary, await tokenOf('guest'))).json().length, 5)
  t.equal((await get(summary, await tokenOf('demo'))).json().length, 1)
})

t.test('asks for whose an instance is once, and of a project\'s samples alone', async (t) => {
  const { get, tokenOf, simulator, count } = await startService(t)
  const token = await tokenOf('demo')
  const statements = () => simulator.calls.filter(({ upstream }) => upstream === 'metrics').flatMap(({ body }) => {
    const form = new URLSearchParams(body)
    return form.get('q')!.split('; ').map((text) => ({ text, params: JSON.parse(form.get('params')!) }))
  })
  for (const usage of ['cpuUsage', 'memUsage', 'networkIo']) t.equal((await get(series(demoInstanceId).replace('networkIo', usage), token)).statusCode, 200)
  t.equal(count('compute', '/v2.1/servers/'), 1)
  t.equal(statements().length, 6)
  for (const { text, params } of statements()) {
    const [, name] = /"_tenant_id" = \$(\w+) /.exec(text) ?? []
    t.equal(params[name!], demoProjectId)
  }

  simulator.calls.length = 0
  t.equal((await get(series(demoInstanceId), await tokenOf('admin'))).statusCode, 200)
  t.equal(count('compute'), 0, 'for an admin a series needs the metrics store alone')
  t.ok(statements().every(({ text }) => !text.includes('_tenant_id')))
})

t.test('finds whose an instance was by its series, when Nova has forgotten it', async (t) => {
  const { get, tokenOf, simulator } = await startService(t)
  const [demo, monitor, lead, heatLead] = await Promise.all((['demo', 'monitor', 'lead', 'heatLead'] as const).map(tokenOf))
  simulator.intercept = ({ path }) => path === `/v2.1/servers/${adminInstanceId}` ? { status: 404, body: { itemNotFound: { code: 404, message: 'gone' } } } : undefined
  for (const token of [monitor, lead]) t.ok((await get(series(adminInstanceId), token)).json()[0].metric.length >= 12)
  for (const token of [demo, heatLead]) t.match((await get(series(adminInstanceId), token)).json(), { status: 404, detail: 'No such instance.' })
  const queries = simulator.calls.filter(({ upstream }) => upstream === 'metrics').map(({ body }) => new URLSearchParams(body))
  for (const form of queries.filter((form) => form.get('q')!.includes('mean('))) {
    t.match(form.get('q'), '"_tenant_id" = $project0')
    t.match(JSON.parse(form.get('params')!), { project0: adminProjectId })
  }
})

t.test('knows of no instance while Nova is down, but of those it knows already', async (t) => {
  const { get, tokenOf, simulator } = await startService(t, { SERIES_TTL: '0' })
  const [demo, monitor] = [await tokenOf('demo'), await tokenOf('monitor')]
  await get(series(demoInstanceId), demo)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? 'reset' : undefined
  t.equal((await get(series(demoInstanceId), demo)).statusCode, 200)
  t.match((await get(series(adminInstanceId), monitor)).json(), { status: 503, detail: 'The compute service cannot be reached.' })
})

t.test('warns once that it asks nobody, where others reach it', async (t) => {
  const warnings = async (env: Record<string, string>) => {
    const lines: string[] = []
    await startOnSimulator(t, { env: { HOST: '0.0.0.0', ...env }, logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
    return lines.filter((line) => line.includes('unauthenticated clients')).length
  }
  t.equal(await warnings({ ALLOW_UNAUTHENTICATED: 'true' }), 1)
  t.equal(await warnings({ AUTH: 'keystone' }), 0)
  t.equal(await warnings({ AUTH: 'keystone', ALLOW_UNAUTHENTICATED: 'true' }), 0)
  t.equal(await warnings({ HOST: '127.0.0.1', ALLOW_UNAUTHENTICATED: 'true' }), 0)
})
