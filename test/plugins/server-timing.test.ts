import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { adminInstanceId, demoInstanceId, demoProjectId } from '../../demo/seed.js'
import { startService } from '../service.js'

const projects = '/v1/openstack/projects'
const cpuUsage = (id: string) => `${projects}/${id}/cpuUsage?defaultTimeRange=10m&groupBy=1m`
/** Milliseconds that each call to the simulated cloud takes at least. */
const latency = 40

/** What an answer's time was spent on, as a browser would understand it. */
function timingOf ({ headers }: { headers: Record<string, unknown> }) {
  const entries = String(headers['server-timing']).split(', ').map((entry) => {
    const [, name, kind, value] = /^([a-z-]+);(dur|desc)=([\w.]+)$/.exec(entry)!
    return [name!, kind === 'dur' ? Number(value) : value!] as const
  })
  return Object.fromEntries(entries) as Record<string, any>
}

t.test('tells nobody unless the settings say so', async (t) => {
  const { app } = await startService(t)
  t.notOk('server-timing' in (await app.inject(cpuUsage(demoInstanceId))).headers)
})

t.test('tells whether an answer was kept, which upstreams it waited for, and what it took', async (t) => {
  let time = Date.parse('2026-11-23T12:00:10Z')
  const { app, simulator } = await startService(t, { latency, now: () => time, env: { SERVER_TIMING: 'true', CACHE: 'on' } })
  const ask = async (url: string) => timingOf(await app.inject(url))

  const miss = await ask(cpuUsage(demoInstanceId))
  t.match(miss, { cache: 'miss', metrics: Number, total: Number })
  t.same(Object.keys(miss), ['cache', 'metrics', 'total'])
  t.ok(miss.metrics >= latency / 2 && miss.metrics <= miss.total + 0.1)
  t.same(Object.keys(await ask(cpuUsage(demoInstanceId))), ['cache', 'total'])
  t.match(await ask(cpuUsage(demoInstanceId)), { cache: 'hit' })
  time += 6_000
  const before = simulator.calls.length
  t.match(await ask(cpuUsage(demoInstanceId)), { cache: 'stale' })
  while (simulator.calls.length === before) await sleep(10)

  const page = await ask(`${projects}/${demoProjectId}/instances?limit=5`)
  t.same(Object.keys(page).sort(), ['cache', 'compute', 'identity', 'metrics', 'total'])
  t.ok([page.compute, page.identity, page.metrics].every((ms) => ms >= latency / 2 && ms <= page.total + 0.1), 'calls at the same time count once')
  t.same(Object.keys(await ask('/nothing')), ['total'])
})

t.test('what others have begun counts for each who waits for it', async (t) => {
  const { app, simulator } = await startService(t, { latency, env: { SERVER_TIMING: 'true', CACHE: 'on' } })
  const both = async (...urls: string[]) => (await Promise.all(urls.map((url) => app.inject(url)))).map(timingOf)
  const waited = (role: string) => (timing: Record<string, unknown>) => Number(timing[role]) >= latency / 2
  const count = (role: string) => simulator.calls.filter((call) => call.role === role).length

  t.ok((await both(cpuUsage(demoInstanceId), cpuUsage(demoInstanceId))).every(waited('metrics')), 'the same answer')
  t.equal(count('metrics'), 1)
  const [wide, narrow] = [1795437000, 1795437600].map((from) => `timeRangeFrom=${from}&timeRangeTo=1795438000&groupBy=1m`)
  t.ok((await both(...[wide, narrow].map((window) => `${projects}/${adminInstanceId}/memUsage?${window}`))).every(waited('metrics')), 'the same series')
  t.ok((await both(...[demoInstanceId, adminInstanceId].map((id) => `${projects}/${id}/diskRead?${wide}`))).every(waited('metrics')), 'the same request')
  t.equal(count('metrics'), 3)
  const logins = await both(`${projects}/summary`, `${projects}/${demoProjectId}/instances?limit=1`)
  t.ok(logins.every(waited('identity')), 'the same login')
  t.equal(simulator.calls.filter(({ method, role }) => method === 'POST' && role === 'identity').length, 1)
})

t.test('tells it to the pages that may read the answer, and to no others', async (t) => {
  const portal = 'https://portal.example.org'
  const { app } = await startService(t, { env: { SERVER_TIMING: 'true', CORS_ORIGINS: portal } })
  const { headers } = await app.inject({ url: '/healthz', headers: { origin: portal } })
  t.equal(headers['timing-allow-origin'], portal)
  t.match(headers['access-control-expose-headers'], /\bServer-Timing\b/)
  t.notOk('timing-allow-origin' in (await app.inject({ url: '/healthz', headers: { origin: 'https://evil.example' } })).headers)
})
