import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { checkReadiness } from '#lib/monitoring/readiness.js'
import { startService } from '#test/support/service.js'

t.test('says that it lives', async (t) => {
  const { app, simulator } = await startService(t)
  t.same((await app.inject('/healthz')).json(), { status: 'ok' })
  t.equal(simulator.calls.length, 0)
})

t.test('says which upstreams answer', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, { now: () => time })
  const ready = async () => {
    time += 2_000
    const answer = await app.inject('/readyz')
    return { code: answer.statusCode, ...answer.json() }
  }
  const up = { identity: 'up', compute: 'up', network: 'up', 'block-storage': 'up', metrics: 'up' }
  t.same(await ready(), { code: 200, status: 'ready', upstreams: up })
  simulator.intercept = ({ upstream }) => upstream === 'network' ? 'reset' : undefined
  t.same(await ready(), { code: 200, status: 'degraded', upstreams: { ...up, network: 'unreachable' } })
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 401, body: {} } : upstream === 'metrics' ? { status: 500 } : undefined
  t.same(await ready(), { code: 503, status: 'unready', upstreams: { ...up, compute: 'refused', metrics: 'invalid' } })
  simulator.intercept = undefined
  t.match(await ready(), { code: 200, status: 'ready' })
})

t.test('does not wait for an upstream that hangs for longer than a health check waits for it', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, { now: () => time })
  await app.inject('/readyz')
  for (const [hanging, code, status] of [['block-storage', 200, 'degraded'], ['compute', 503, 'unready']] as const) {
    simulator.intercept = ({ upstream }) => upstream === hanging ? 'hang' : undefined
    time += 2_000
    const from = performance.now()
    const answer = await app.inject('/readyz')
    t.ok(performance.now() - from < 5_000, 'a call may take ten seconds')
    t.match({ code: answer.statusCode, ...answer.json() }, { code, status, upstreams: { identity: 'up', [hanging]: 'timeout' } })
  }
})

t.test('does not hold it against an upstream that the service itself is late', async (t) => {
  const check = () => sleep(900)
  const checking = checkReadiness({ identity: check, compute: check, network: check, 'block-storage': check, metrics: check }, () => {})
  for (const start = performance.now(); performance.now() - start < 1_200;);
  t.match(await checking, { status: 'ready' })
})

t.test('tells a fault of its own that shows too late for the answer, and no upstream\'s failure', async (t) => {
  const log: string[] = []
  const { app } = await startService(t, { logger: { stream: { write: (line: string) => { log.push(line) } } } })
  log.length = 0
  app.metrics.check = () => sleep(900).then(() => { throw new TypeError('a bug') })
  app.openstack.check = () => sleep(900).then(() => { throw new UpstreamError('network', 'unreachable', 'cannot be reached') })
  t.match((await app.inject('/readyz')).json(), { status: 'unready', upstreams: { network: 'timeout', metrics: 'timeout' } })
  await sleep(200)
  const told = log.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)
  t.match(told, [{ err: { type: 'TypeError' }, msg: /readiness check failed unexpectedly/ }])
  t.equal(told.length, 1)
})

t.test('asks the upstreams no more often than every two seconds, from an answer on', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, { now: () => time })
  simulator.intercept = ({ upstream }) => {
    if (upstream === 'metrics') time += 1_000
    return undefined
  }
  await app.inject('/readyz')
  const before = simulator.calls.length
  time += 1_999
  await Promise.all([app.inject('/readyz'), app.inject('/readyz')])
  t.equal(simulator.calls.length, before)
  time += 1
  await app.inject('/readyz')
  t.ok(simulator.calls.length > before)
})

t.test('fails where it is itself at fault', async (t) => {
  const { app } = await startService(t)
  app.metrics.check = async () => { throw new TypeError('a bug with a secret in it') }
  const answer = await app.inject('/readyz')
  t.match(answer.json(), { status: 500, detail: 'Internal server error.' })
})
