import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import t from 'tap'
import { adminCredential } from '#simulator/users.js'
import { logger } from '#lib/observability/logger.js'
import { startService } from '#test/support/service.js'
import { answersIn, converse } from '#test/support/socket.js'

/** A log in memory. */
function record () {
  const lines: string[] = []
  const stream = new Writable({ write (chunk, _, done) { lines.push(String(chunk)); done() } })
  return { lines, logger: { ...logger, stream }, parsed: () => lines.map((line) => JSON.parse(line)) }
}

t.test('writes one line a request, with its id', async (t) => {
  const log = record()
  const { app } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const good = await app.inject('/v1/openstack/projects/summary?limit=1')
  await app.inject('/v1/openstack/projects/summary?token=gone-astray')
  t.match(log.parsed(), [
    { requestId: good.headers['x-openstack-request-id'], method: 'GET', path: '/v1/openstack/projects/summary', query: 'limit=1', status: 200, ms: Number },
    { status: 400 }
  ])
  t.equal(log.lines.length, 2)
  t.notMatch(log.lines.join(''), 'gone-astray')
})

t.test('writes a line of what came to no route, and of what was no request', async (t) => {
  const log = record()
  const { app } = await startService(t, { logger: log.logger })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  log.lines.length = 0
  const unreadable = await app.inject('/%?token=gone-astray')
  const [none] = answersIn(await converse(port, 'token=gone-astray\r\n\r\n'))
  t.match(log.parsed(), [
    { requestId: unreadable.headers['x-openstack-request-id'], method: 'GET', path: '/%', status: 400, msg: 'request completed' },
    { requestId: none!.headers['x-openstack-request-id'], status: 400, code: /^HPE_/, msg: 'malformed request' }
  ])
  t.equal(log.lines.length, 2)
  t.notMatch(log.lines.join(''), 'gone-astray')
})

t.test('writes the id of what a request is a part of, where its caller tells it', async (t) => {
  const log = record()
  const { app } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const id = 'req-2f1c8f0e-5a57-4c55-9d0a-0f5b2b8e7c11'
  await app.inject({ url: '/healthz', headers: { 'x-openstack-request-id': id } })
  await app.inject({ url: '/healthz', headers: { 'x-openstack-request-id': 'gone-astray' } })
  t.match(log.parsed(), [{ globalRequestId: id }, { globalRequestId: undefined }])
  t.notMatch(log.lines.join(''), 'gone-astray')
})

t.test('logs an upstream\'s failure once, with the upstream\'s own request id', async (t) => {
  const log = record()
  const { app, simulator } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  const failed = { status: 500, headers: { 'x-openstack-request-id': 'req-theirs' }, body: 'a secret' }
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? failed : undefined
  await app.inject('/v1/openstack/projects/x/cpuUsage?defaultTimeRange=10m&groupBy=1m')
  await app.inject('/v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=1')
  const err = { upstream: 'metrics', reason: 'invalid', details: { status: 500, requestId: 'req-theirs' } }
  t.match(log.parsed().filter(({ level }) => level > 30), [
    { level: 50, err, msg: 'request failed' },
    { level: 40, err, msg: 'served partial' }
  ])
  t.notMatch(log.lines.join(''), 'a secret')

  log.lines.length = 0
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? failed : undefined
  await app.inject('/v1/openstack/projects/summary')
  t.equal(log.parsed().filter(({ level }) => level > 30).length, 1, 'once, however many projects')
})

t.test('logs a renewal that failed, while what is in hand serves on', async (t) => {
  const log = record()
  let time = Date.now()
  const { app, simulator } = await startService(t, { logger: log.logger, now: () => time })
  await app.inject('/v1/openstack/projects/summary')
  time += 0.9 * 3_600_000
  simulator.intercept = ({ method }) => method === 'POST' ? { status: 500 } : undefined
  t.equal((await app.inject('/v1/openstack/projects/summary')).statusCode, 200)
  t.match(log.parsed().filter(({ level }) => level > 30), [{ level: 40, err: { upstream: 'identity' }, msg: 'background refresh failed' }])
})

t.test('logs once that an old list of projects stands in', async (t) => {
  const log = record()
  let time = Date.now()
  const { app, simulator } = await startService(t, { logger: log.logger, env: { CACHE: 'on' }, now: () => time })
  await app.inject('/v1/openstack/projects/summary')
  time += 149_000
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  t.equal((await app.inject('/v1/openstack/projects/summary')).statusCode, 200)
  t.match(log.parsed().filter(({ level }) => level > 30), [{ level: 40, err: { upstream: 'identity', reason: 'unreachable' }, msg: 'served stale' }])
  t.match((await app.inject('/metrics')).body, /upstream_failures_total\{upstream="identity",reason="unreachable",outcome="stale"\} 1\n/)
})

t.test('never logs a credential or a token, whichever form the credential has', async (t) => {
  const credentials: Array<Record<string, string | undefined>> = [
    { OS_PASSWORD: 'simulated' },
    { OS_PASSWORD: 'not-the-password' },
    { OS_APPLICATION_CREDENTIAL_ID: adminCredential.id, OS_APPLICATION_CREDENTIAL_SECRET: adminCredential.secret },
    { OS_USERNAME: 'monitor', INFLUX_USERNAME: 'influx', INFLUX_PASSWORD: 'influx-password' },
    { INFLUX_TOKEN: 'influx-token' },
    { AUTH: 'keystone' }
  ]
  for (const env of credentials) {
    const log = record()
    const { app, simulator } = await startService(t, { env: { ...env, LOG_LEVEL: 'trace' }, logger: log.logger })
    await app.listen({ host: '127.0.0.1', port: 0 })
    for (const broken of [false, true]) {
      simulator.intercept = broken ? ({ upstream }) => upstream === 'identity' ? undefined : { status: 401, body: { error: 'no' } } : undefined
      for (const token of ['callers-token', 'callers-token'.padEnd(5_000, '!')]) {
        await app.inject({ url: '/v1/openstack/projects/summary', headers: { 'x-auth-token': token, authorization: `Bearer ${token}` } })
        await app.inject({ url: '/v1/openstack/projects/summary', headers: { 'x-auth-token': token, authorization: 'Bearer another-token' } })
      }
      await app.inject('/v1/openstack/projects/x/cpuUsage?defaultTimeRange=10m&groupBy=1m')
      await app.inject('/v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=1')
      await app.inject('/readyz')
    }
    const tokens = simulator.calls.map(({ headers }) => headers['x-auth-token']).filter((token) => token !== undefined)
    const secrets = ['simulated', 'not-the-password', adminCredential.secret, 'influx-password', 'influx-token', 'callers-token', 'another-token',
      Buffer.from('influx:influx-password').toString('base64'), ...new Set(tokens.map(String))]
    t.ok(log.lines.length > 8, `${log.lines.length} lines`)
    const text = log.lines.join('')
    t.same(secrets.filter((secret) => text.includes(secret)), [])
  }
})

t.test('takes out a secret that is logged by mistake', async (t) => {
  const log = record()
  const { app } = await startService(t, { logger: log.logger })
  log.lines.length = 0
  app.log.info({ password: 'hidden', settings: { token: 'hidden' }, request: { headers: { 'x-auth-token': 'hidden' } } }, 'a mistake')
  app.log.info({ config: { ...app.config, OS_PASSWORD: 'hidden', INFLUX_TOKEN: 'hidden' }, headers: { authorization: 'hidden' } }, 'a mistake')
  app.log.error({ err: Object.assign(new Error('a mistake'), { token: 'hidden', request: { password: 'hidden' } }) })
  t.equal(log.lines.length, 3)
  t.notMatch(log.lines.join(''), 'hidden')
})
