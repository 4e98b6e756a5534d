import t from 'tap'
import { startService } from '../service.js'

t.test('says that it lives', async (t) => {
  const { app, simulator } = await startService(t)
  t.same((await app.inject('/healthz')).json(), { status: 'ok' })
  t.equal(simulator.calls.length, 0)
})

t.test('says which upstreams answer', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, { now: () => time, env: { UPSTREAM_TIMEOUT: '1s' } })
  const ready = async () => {
    time += 2_000
    const answer = await app.inject('/readyz')
    return { code: answer.statusCode, ...answer.json() }
  }
  const up = { identity: 'up', compute: 'up', network: 'up', 'block-storage': 'up', metrics: 'up' }
  t.same(await ready(), { code: 200, status: 'ready', upstreams: up })
  simulator.intercept = ({ role }) => role === 'network' ? 'reset' : undefined
  t.same(await ready(), { code: 200, status: 'degraded', upstreams: { ...up, network: 'unreachable' } })
  simulator.intercept = ({ role }) => role === 'compute' ? 'hang' : role === 'metrics' ? { status: 500 } : undefined
  t.same(await ready(), { code: 503, status: 'unready', upstreams: { ...up, compute: 'timeout', metrics: 'invalid' } })
  simulator.intercept = undefined
  t.match(await ready(), { code: 200, status: 'ready' })
})

t.test('asks the upstreams no more often than every two seconds', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, { now: () => time })
  await app.inject('/readyz')
  const before = simulator.calls.length
  await Promise.all([app.inject('/readyz'), app.inject('/readyz')])
  t.equal(simulator.calls.length, before)
  time += 2_000
  await app.inject('/readyz')
  t.ok(simulator.calls.length > before)
})

t.test('fails where it is itself at fault', async (t) => {
  const { app } = await startService(t)
  app.influx.check = async () => { throw new TypeError('a bug with a secret in it') }
  const answer = await app.inject('/readyz')
  t.match(answer.json(), { status: 500, detail: 'This is a fault of the service itself.' })
})
