import type { AddressInfo } from 'node:net'
import t from 'tap'
import { demoProjectId } from '#simulator/seed.js'
import { adminCredential, demoUserId } from '#simulator/users.js'
import { startService as startAuthenticated } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'
import { recordLog } from '#test/support/log.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const projects = '/v1/openstack/projects'
const summary = `${projects}/summary`
const series = `${projects}/x/cpuUsage?defaultTimeRange=10m&groupBy=1m`
const instances = `${projects}/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=1`

t.test('logs one line per request, with its id', async (t) => {
  const log = recordLog()
  const { app } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const { headers } = await app.inject(`${summary}?limit=1`)
  await app.inject(`${summary}?token=misplaced`)
  t.match(log.parsed(), [
    {
      requestId: headers['x-openstack-request-id'],
      method: 'GET',
      path: summary,
      query: 'limit=1',
      status: 200,
      ms: Number
    },
    { status: 400 }
  ])
  t.equal(log.lines.length, 2)
  t.notMatch(log.lines.join(''), 'misplaced')
})

t.test('logs requests without a route, and malformed ones', async (t) => {
  const log = recordLog()
  const { app } = await startService(t, { logger: log.logger })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  log.lines.length = 0
  const { headers } = await app.inject('/%?token=misplaced')
  const [malformed] = responsesIn(await sendRaw(port, 'token=misplaced\r\n\r\n'))
  t.match(log.parsed(), [
    {
      requestId: headers['x-openstack-request-id'],
      method: 'GET',
      path: '/%',
      status: 400,
      msg: 'request completed'
    },
    {
      requestId: malformed!.headers['x-openstack-request-id'],
      status: 400,
      code: /^HPE_/,
      msg: 'malformed request'
    }
  ])
  t.equal(log.lines.length, 2)
  t.notMatch(log.lines.join(''), 'misplaced')
})

t.test('logs the client\'s global request id where it is valid', async (t) => {
  const log = recordLog()
  const { app } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const id = 'req-2f1c8f0e-5a57-4c55-9d0a-0f5b2b8e7c11'
  await app.inject({ url: '/healthz', headers: { 'x-openstack-request-id': id } })
  await app.inject({ url: '/healthz', headers: { 'x-openstack-request-id': 'misplaced' } })
  t.match(log.parsed(), [{ globalRequestId: id }, { globalRequestId: undefined }])
  t.notMatch(log.lines.join(''), 'misplaced')
})

t.test('logs the ids of the caller, and nothing of it with AUTH=none', async (t) => {
  const log = recordLog()
  const { app, tokenOf } = await startAuthenticated(t, { RATE_LIMIT: '2' }, { logger: log.logger })
  const callers: Array<[caller: Caller, ids: object, status: number]> = [
    ['demo', { userId: demoUserId, projectId: demoProjectId }, 200],
    ['guest', { userId: /^[0-9a-f]{32}$/, projectId: demoProjectId }, 403],
    ['lead', { userId: /^[0-9a-f]{32}$/, domainId: 'default' }, 200],
    ['systemAdmin', { userId: /^[0-9a-f]{32}$/, system: true }, 200],
    ['unscoped', { userId: /^[0-9a-f]{32}$/ }, 403]
  ]
  for (const [caller, ids, status] of callers) {
    const token = await tokenOf(caller)
    for (const expected of [status, status, 429]) {
      log.lines.length = 0
      await app.inject({ url: summary, headers: { 'x-auth-token': token } })
      const [line] = log.parsed().filter(({ msg }) => msg === 'request completed')
      t.match(line, { status: expected, caller: ids }, caller)
      t.same(Object.keys(line.caller), Object.keys(ids))
      t.notMatch(log.lines.join(''), token)
    }
  }
  log.lines.length = 0
  await app.inject({ url: summary, headers: { 'x-auth-token': 'made-up' } })
  await app.inject({ url: '/healthz', headers: { 'x-auth-token': await tokenOf('demo') } })
  const open = await startService(t, { logger: log.logger })
  await open.app.inject({ url: summary, headers: { 'x-auth-token': await tokenOf('demo') } })
  const lines = log.parsed().filter(({ msg }) => msg === 'request completed')
  t.same(lines.map(({ status, caller }) => [status, caller]), [
    [401, undefined], [200, undefined], [200, undefined]
  ])
})

t.test('logs an upstream\'s failure once, with the upstream\'s own request id', async (t) => {
  const log = recordLog()
  const { app, simulator } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const failure = { status: 500, headers: { 'x-openstack-request-id': 'req-theirs' }, body: 'a secret' }
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? failure : undefined
  await app.inject(series)
  await app.inject(instances)
  const err = { upstream: 'metrics', reason: 'invalid', details: { status: 500, requestId: 'req-theirs' } }
  t.match(log.warnings(), [
    { level: 50, err, msg: 'request failed' },
    { level: 40, err, msg: 'served partial' }
  ])
  t.notMatch(log.lines.join(''), 'a secret')

  log.lines.length = 0
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? failure : undefined
  await app.inject(summary)
  t.equal(log.warnings().length, 1, 'once for all projects')
})

t.test('logs a failed background refresh, while the present value is used', async (t) => {
  const log = recordLog()
  let time = Date.now()
  const { app, simulator } = await startService(t, { logger: log.logger, now: () => time })
  await app.inject(summary)
  time += 0.9 * 3_600_000
  simulator.intercept = ({ method }) => method === 'POST' ? { status: 500 } : undefined
  t.equal((await app.inject(summary)).statusCode, 200)
  t.match(log.warnings(), [{ level: 40, err: { upstream: 'identity' }, msg: 'background refresh failed' }])
})

t.test('logs and counts once that a stale list of projects is served', async (t) => {
  const log = recordLog()
  let time = Date.now()
  const options = { logger: log.logger, env: { CACHE: 'on' }, now: () => time }
  const { app, simulator } = await startService(t, options)
  await app.inject(summary)
  time += 149_000
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  t.equal((await app.inject(summary)).statusCode, 200)
  t.match(log.warnings(), [
    { level: 40, err: { upstream: 'identity', reason: 'unreachable' }, msg: 'served stale' }
  ])
  const counter = /upstream_failures_total\{upstream="identity",reason="unreachable",outcome="stale"\} 1\n/
  t.match((await app.inject('/metrics')).body, counter)
})

t.test('never logs a credential or a token, whatever the type of the credential', async (t) => {
  const { id, secret } = adminCredential
  const credentials: Array<Record<string, string | undefined>> = [
    { OS_PASSWORD: 'simulated' },
    { OS_PASSWORD: 'not-the-password' },
    { OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret },
    { OS_USERNAME: 'monitor', INFLUX_USERNAME: 'influx', INFLUX_PASSWORD: 'influx-password' },
    { INFLUX_TOKEN: 'influx-token' },
    { AUTH: 'keystone' }
  ]
  for (const env of credentials) {
    const log = recordLog()
    const settings = { ...env, LOG_LEVEL: 'trace' }
    const { app, simulator } = await startService(t, { env: settings, logger: log.logger })
    await app.listen({ host: '127.0.0.1', port: 0 })
    for (const broken of [false, true]) {
      simulator.intercept = ({ upstream }) =>
        broken && upstream !== 'identity' ? { status: 401, body: { error: 'no' } } : undefined
      for (const token of ['callers-token', 'callers-token'.padEnd(5_000, '!')]) {
        for (const bearer of [token, 'another-token']) {
          const headers = { 'x-auth-token': token, authorization: `Bearer ${bearer}` }
          await app.inject({ url: summary, headers })
        }
      }
      for (const url of [series, instances, '/readyz']) await app.inject(url)
    }
    const tokens = simulator.calls
      .map(({ headers }) => headers['x-auth-token'])
      .filter((token) => token !== undefined)
    const secrets = [
      'simulated', 'not-the-password', secret, 'influx-password', 'influx-token', 'callers-token',
      'another-token', Buffer.from('influx:influx-password').toString('base64'),
      ...new Set(tokens.map(String))
    ]
    t.ok(log.lines.length > 8, `${log.lines.length} lines`)
    const text = log.lines.join('')
    t.same(secrets.filter((secret) => text.includes(secret)), [])
  }
})

t.test('redacts a secret that is logged by mistake', async (t) => {
  const log = recordLog()
  const { app } = await startService(t, { logger: log.logger })
  const { config } = app
  log.lines.length = 0
  const request = { headers: { 'x-auth-token': 'hidden' } }
  app.log.info({ password: 'hidden', settings: { token: 'hidden' }, request }, 'a mistake')
  const secrets = { OS_PASSWORD: 'hidden', INFLUX_TOKEN: 'hidden', REDIS_URL: 'redis://:hidden@localhost' }
  app.log.info({ config: { ...config, ...secrets }, headers: { authorization: 'hidden' } }, 'a mistake')
  const response = { headers: { 'set-cookie': 'hidden' } }
  app.log.info({ headers: { cookie: 'hidden' }, response }, 'a mistake')
  const fields = { token: 'hidden', request: { password: 'hidden' } }
  app.log.error({ err: Object.assign(new Error('a mistake'), fields) })
  t.equal(log.lines.length, 4)
  t.notMatch(log.lines.join(''), 'hidden')
})
