import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { checkReadiness } from '#lib/monitoring/readiness.js'
import { startService } from '#test/support/service.js'

/** Starts a service whose clock moves by `step` milliseconds before each `/readyz`. */
async function startWithClock (t: Test, step = 2_000, env: Record<string, string> = {}) {
  let time = Date.now()
  const service = await startService(t, { now: () => time, env })
  const readyz = async () => {
    time += step
    const response = await service.app.inject('/readyz')
    return { code: response.statusCode, ...response.json() }
  }
  return { ...service, readyz, advance: (ms: number) => { time += ms } }
}

t.test('reports that the process is alive, without any upstream', async (t) => {
  const { app, simulator } = await startService(t)
  t.same((await app.inject('/healthz')).json(), { status: 'ok' })
  t.equal(simulator.calls.length, 0)
})

const readinessSettings: Array<[env: Record<string, string>, code: number, status: string]> = [
  [{}, 200, 'degraded'],
  [{ READINESS: 'process' }, 200, 'degraded'],
  [{ READINESS: 'upstreams' }, 503, 'unready']
]
for (const [env, code, status] of readinessSettings) {
  t.test(`reports the state of each upstream, with ${JSON.stringify(env)}`, async (t) => {
    const { app, simulator, readyz } = await startWithClock(t, 2_000, env)
    const up = { identity: 'up', compute: 'up', network: 'up', 'block-storage': 'up', metrics: 'up' }
    t.same(await readyz(), { code: 200, status: 'ready', upstreams: up })
    simulator.intercept = ({ upstream }) => upstream === 'network' ? 'reset' : undefined
    t.same(await readyz(), { code: 200, status: 'degraded', upstreams: { ...up, network: 'unreachable' } })
    simulator.intercept = ({ upstream }) => {
      if (upstream === 'compute') return { status: 401, body: {} }
      return upstream === 'metrics' ? { status: 500 } : undefined
    }
    t.same(await readyz(), {
      code, status, upstreams: { ...up, compute: 'refused', metrics: 'invalid' }
    })
    const { body } = await app.inject('/metrics')
    const states = [...body.matchAll(/upstream_up\{upstream="(.*)"\} ([01])\n/g)]
    t.same(Object.fromEntries(states.map(([, upstream, up]) => [upstream, up])), {
      identity: '1', compute: '0', network: '1', 'block-storage': '1', metrics: '0'
    })
    simulator.intercept = undefined
    t.match(await readyz(), { code: 200, status: 'ready' })
  })
}

t.test('is unready during the shutdown, and serves stale responses until then', async (t) => {
  const { app, simulator, readyz, advance } = await startWithClock(t, 2_000, { CACHE: 'on' })
  const summary = '/v1/openstack/projects/summary'
  t.equal((await app.inject(summary)).statusCode, 200)
  simulator.intercept = () => 'reset'
  advance(120_000)
  t.equal((await app.inject(summary)).statusCode, 200)
  t.match(await readyz(), { code: 200, status: 'degraded' })
  app.shuttingDown = true
  t.match(await readyz(), { code: 503, status: 'unready' })
})

t.test('checks the metrics store with the credential of reads', async (t) => {
  const env = { INFLUX_USERNAME: 'mon', INFLUX_PASSWORD: 'pw' }
  const { app, simulator } = await startService(t, { env })
  const basic = `Basic ${Buffer.from('mon:pw').toString('base64')}`
  simulator.intercept = ({ upstream, headers }) =>
    upstream === 'metrics' && headers.authorization !== basic ? { status: 401 } : undefined
  t.match((await app.inject('/readyz')).json(), { upstreams: { metrics: 'up' } })
})

t.test('is not ready while the metrics store cannot run the reads, and logs the remedy once', async (t) => {
  const log: string[] = []
  const logger = { stream: { write: (line: string) => { log.push(line) } } }
  let time = Date.now()
  const env = { INFLUX_DATABASE: 'missing', READINESS: 'upstreams' }
  const { app, simulator } = await startService(t, { env, logger, now: () => time })
  const metricsState = async () => {
    time += 2_000
    const response = await app.inject('/readyz')
    return [response.statusCode, response.json().upstreams.metrics]
  }
  const warnings = () => log.map((line) => JSON.parse(line))
    .filter(({ level }) => level >= 40).map(({ msg, err }) => [msg, err.message])
  const missing = ['metrics store not ready', 'metrics: has no such database: check INFLUX_DATABASE']
  const old = ['metrics store not ready', 'metrics: returned status 400']
  log.length = 0
  t.same(await metricsState(), [503, 'invalid'])
  t.same(await metricsState(), [503, 'invalid'])
  t.same(warnings(), [missing])

  const cannotParse = { status: 400, body: { error: 'error parsing query: found time, expected ;' } }
  simulator.intercept = ({ upstream, body }) =>
    upstream === 'metrics' && body.includes('GROUP') ? cannotParse : undefined
  t.same(await metricsState(), [503, 'invalid'])
  t.same(warnings(), [missing, old])

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 200, body: '' } : undefined
  t.same(await metricsState(), [503, 'invalid'])
  simulator.intercept = ({ upstream }) =>
    upstream === 'metrics' ? { status: 200, body: '{"results":[{"statement_id":0}]}' } : undefined
  t.same(await metricsState(), [200, 'up'])
  simulator.intercept = undefined
  t.same(await metricsState(), [503, 'invalid'])
  t.same(warnings().at(-1), missing, 'a failure that returns is logged again')
})

t.test('neither checks nor names a service that the cloud does not have', async (t) => {
  const { app, count } = await startService(t, { env: { ABSENT_SERVICES: 'network, block-storage' } })
  t.same((await app.inject('/readyz')).json(), {
    status: 'ready', upstreams: { identity: 'up', compute: 'up', metrics: 'up' }
  })
  t.equal(count('network') + count('block-storage'), 0)
})

t.test('responds before a health check gives up, although an upstream hangs', async (t) => {
  const { app, simulator, readyz } = await startWithClock(t)
  await app.inject('/readyz')
  for (const hanging of ['block-storage', 'compute']) {
    simulator.intercept = ({ upstream }) => upstream === hanging ? 'hang' : undefined
    const start = performance.now()
    const readiness = await readyz()
    t.ok(performance.now() - start < 5_000, 'an upstream request may take ten seconds')
    t.match(readiness, { code: 200, status: 'degraded', upstreams: { identity: 'up', [hanging]: 'timeout' } })
  }
})

t.test('reports no upstream as down because the service itself was busy', async (t) => {
  const check = () => sleep(900)
  const checks = { identity: check, compute: check, network: check, 'block-storage': check, metrics: check }
  const readiness = checkReadiness(checks, () => {})
  for (const start = performance.now(); performance.now() - start < 1_200;);
  t.match(await readiness, { status: 'ready' })
})

t.test('logs an unexpected error after the response, and no upstream\'s failure', async (t) => {
  const log: string[] = []
  const logger = { stream: { write: (line: string) => { log.push(line) } } }
  const { app } = await startService(t, { logger })
  const unreachable = new UpstreamError('network', 'unreachable', 'cannot be reached')
  log.length = 0
  app.metrics.check = () => sleep(900).then(() => { throw new TypeError('a bug') })
  app.openstack.check = () => sleep(900).then(() => { throw unreachable })
  t.match((await app.inject('/readyz')).json(), {
    status: 'degraded', upstreams: { network: 'timeout', metrics: 'timeout' }
  })
  await sleep(200)
  const warnings = log.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)
  t.match(warnings, [{ err: { type: 'TypeError' }, msg: /readiness check failed unexpectedly/ }])
  t.equal(warnings.length, 1)
})

t.test('checks the upstreams at most once in two seconds from a response on', async (t) => {
  const { simulator, readyz, advance } = await startWithClock(t, 0)
  simulator.intercept = ({ upstream }) => {
    if (upstream === 'metrics') advance(1_000)
    return undefined
  }
  await readyz()
  const before = simulator.calls.length
  advance(1_999)
  await Promise.all([readyz(), readyz()])
  t.equal(simulator.calls.length, before)
  advance(1)
  await readyz()
  t.ok(simulator.calls.length > before)
})

t.test('responds 500 to an unexpected error', async (t) => {
  const { app } = await startService(t)
  app.metrics.check = async () => { throw new TypeError('a bug with a secret in it') }
  t.match((await app.inject('/readyz')).json(), { status: 500, detail: 'Internal server error.' })
})
