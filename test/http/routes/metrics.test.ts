import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startAuthenticated } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'

type App = Awaited<ReturnType<typeof startService>>['app']

/** Reads the service's own metrics: each value by the metric's name, without the prefix, and its labels. */
async function readMetrics (app: App) {
  const { statusCode, headers, body } = await app.inject('/metrics')
  t.equal(statusCode, 200)
  t.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  const isOwn = (line: string) => line.startsWith('openstack_monitoring_') && !line.includes('_bucket{')
  return new Map(body.split('\n').filter(isOwn).map((line) => {
    const [, name, value] = /^openstack_monitoring_(.*) (\S+)$/.exec(line)!
    return [name!, Number(value)]
  }))
}

const projects = '/v1/openstack/projects'
const cpuUsage = `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`
const page = `${projects}/${demoProjectId}/instances?limit=5`

t.test('requests are counted by method, route and status', async (t) => {
  const { app } = await startService(t)
  const urls = [cpuUsage, cpuUsage, `${cpuUsage}&no=1`, '/nothing', `${projects}/%`]
  for (const url of urls) await app.inject(url)
  await app.inject({ method: 'HEAD', url: '/healthz' })
  const metrics = await readMetrics(app)
  const count = (labels: string) => metrics.get(`http_request_duration_seconds_count{${labels}}`)
  const route = `route="${projects}/:instanceId/cpuUsage"`
  t.equal(count(`method="GET",${route},status="200"`), 2)
  t.equal(count(`method="GET",${route},status="400"`), 1)
  t.equal(count('method="GET",route="none",status="404"'), 1)
  t.equal(count('method="HEAD",route="/healthz",status="200"'), 1)
  t.ok(metrics.get(`http_request_duration_seconds_sum{method="GET",${route},status="200"}`)! > 0)
})

t.test('requests in flight are counted', async (t) => {
  const { app, count } = await startService(t, { latency: 500 })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const response = fetch(`${origin}${cpuUsage}`)
  while (count('metrics') === 0) await sleep(10)
  t.equal((await readMetrics(app)).get('http_requests_active'), 1)
  await (await response).text()
  while ((await readMetrics(app)).get('http_requests_active') !== 0) await sleep(10)
})

t.test('requests to upstreams are counted by operation and outcome', async (t) => {
  const { app, simulator } = await startService(t)
  for (const url of [`${projects}/summary`, page, cpuUsage, '/readyz']) await app.inject(url)
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'network' && path.endsWith('details.json') ? { status: 500 } : undefined
  await app.inject(`${projects}/summary`)
  const metrics = await readMetrics(app)
  const counts = Array.from(metrics)
    .filter(([name]) => name.startsWith('upstream_request_duration_seconds_count'))
  t.equal(counts.reduce((sum, [, value]) => sum + value, 0), simulator.calls.length, 'none is left out')
  const count = (upstream: string, operation: string, outcome = 'ok') => {
    const labels = `upstream="${upstream}",operation="${operation}",outcome="${outcome}"`
    return metrics.get(`upstream_request_duration_seconds_count{${labels}}`)
  }
  t.equal(count('identity', 'issue-token'), 1)
  t.equal(count('identity', 'probe-reach'), 1)
  t.equal(count('compute', 'probe-reach'), 2)
  t.equal(count('identity', 'list-projects'), 2)
  t.equal(count('identity', 'show-project'), 1)
  t.equal(count('identity', 'list-domains'), 1)
  t.equal(count('compute', 'list-servers'), 1)
  t.equal(count('compute', 'show-version'), 2)
  t.equal(count('network', 'show-quota'), 2)
  t.equal(count('network', 'show-quota', 'invalid'), 2)
  t.equal(count('block-storage', 'show-quota'), 4)
  t.equal(count('metrics', 'read-latest'), 1)
  t.equal(count('metrics', 'read-series'), 1)
  t.equal(count('metrics', 'check'), 1)
  t.equal(metrics.get('batch_statements_sum'), 1)
  t.equal(metrics.get('batch_series_sum'), 1)
})

t.test('retries, active and queued requests, and open circuits are reported by upstream', async (t) => {
  const env = { UPSTREAM_CONNECTIONS: '1', UPSTREAM_TIMEOUT: '3s' }
  const { app, simulator } = await startService(t, { env })
  const value = async (name: string, upstream: string) =>
    (await readMetrics(app)).get(`${name}{upstream="${upstream}"}`)

  let calls = 0
  simulator.intercept = ({ upstream }) =>
    upstream === 'metrics' && ++calls === 1 ? { status: 503 } : undefined
  await app.inject(cpuUsage)
  t.equal(await value('upstream_retries_total', 'metrics'), 1)
  t.equal(await value('upstream_circuit_open', 'metrics'), 0)

  simulator.intercept = ({ upstream }) => upstream === 'compute' ? 'hang' : undefined
  const checks = [1, 2].map(() => app.openstack.check('compute').catch(() => {}))
  while (await value('upstream_requests_queued', 'compute') !== 1) await sleep(10)
  t.equal(await value('upstream_requests_active', 'compute'), 1)
  t.equal(await value('upstream_requests_active', 'metrics'), 0)
  simulator.intercept = undefined
  await Promise.all(checks)

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 500 } : undefined
  for (let n = 0; n < 20; n++) await app.inject(cpuUsage)
  t.equal(await value('upstream_circuit_open', 'metrics'), 1)
  t.equal(await value('upstream_circuit_open', 'identity') ?? 0, 0)
})

t.test('the lengths of the queues before the upstreams are reported', async (t) => {
  const { app, simulator, get } = await startAuthenticated(t, { UPSTREAM_TIMEOUT: '3s' })
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'metrics' || path === '/v3/auth/tokens' ? 'hang' : undefined
  const pending: Array<Promise<unknown>> = []
  const length = async (queue: string) => (await readMetrics(app)).get(`queue_length{queue="${queue}"}`)
  t.equal(await length('series'), 0)
  t.equal(await length('token-validations'), 0)
  for (let n = 0; await length('series') === 0; n++) {
    const series = app.metrics.series(['cpu'], String(n), { start: 0, end: 60, step: 60 })
    pending.push(series.catch(() => {}))
  }
  for (let n = 0; await length('token-validations') === 0; n++) pending.push(get(cpuUsage, `token-${n}`))
  simulator.intercept = undefined
  await Promise.all(pending)
})

t.test('cache lookups are counted by status, and entries and bytes reported by cache', async (t) => {
  const { app, tokenOf, get } = await startAuthenticated(t, { SERIES_TTL: '5s' })
  const token = await tokenOf('demo')
  for (const url of [cpuUsage, cpuUsage, page]) t.equal((await get(url, token)).statusCode, 200)
  const metrics = await readMetrics(app)
  const lookups = (cache: string) => ['hit', 'stale', 'miss'].map((status) =>
    metrics.get(`cache_lookups_total{cache="${cache}",status="${status}"}`))
  t.same(lookups('responses'), [1, 0, 2])
  t.same(lookups('token-validations'), [2, 0, 1])
  t.same(lookups('instance-projects'), [0, 0, 1])
  t.same(lookups('quotas'), [0, 0, 0])
  t.equal(metrics.get('cache_entries{cache="responses"}'), 2)
  for (const cache of ['responses', 'token-validations', 'instance-projects', 'projects', 'buckets']) {
    t.ok(metrics.get(`cache_bytes{cache="${cache}"}`)! > 0, cache)
  }
})

t.test('failed reads are counted by the outcome for the client', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, {
    now: () => time, env: { CACHE: 'on', SERIES_TTL: '1s' }
  })
  const failures = async () => Object.fromEntries(Array.from(await readMetrics(app))
    .filter(([name]) => name.startsWith('upstream_failures_total')))
  const nameOf = (upstream: string, outcome: string) =>
    `upstream_failures_total{upstream="${upstream}",reason="invalid",outcome="${outcome}"}`
  for (const url of [`${projects}/summary`, cpuUsage]) t.equal((await app.inject(url)).statusCode, 200)
  await app.inject('/nothing')
  t.same(await failures(), {})

  // A response that does not match its schema: unlike a 5xx it does not count for the circuit breaker.
  simulator.intercept = ({ upstream }) =>
    upstream === 'network' || upstream === 'metrics' ? { status: 200, body: '[]' } : undefined
  time += 3_000
  t.equal((await app.inject(cpuUsage)).statusCode, 200)
  t.same(await failures(), { [nameOf('metrics', 'stale')]: 1 })
  t.equal((await app.inject(cpuUsage.replace('10m', '5m'))).statusCode, 502)

  simulator.intercept = ({ method, upstream }) => {
    if (upstream === 'network') return { status: 200, body: '[]' }
    return method === 'POST' ? { status: 500 } : undefined
  }
  // The service's token is due for its renewal by then.
  time += 0.9 * 3_600_000
  t.equal((await app.inject(`${projects}/summary`)).statusCode, 200)
  t.same(await failures(), {
    [nameOf('metrics', 'stale')]: 1,
    [nameOf('metrics', 'error')]: 1,
    [nameOf('network', 'partial')]: 1,
    [nameOf('identity', 'stale')]: 1
  })
})

t.test('failures of Redis are counted', async (t) => {
  const { app } = await startService(t, { env: { REDIS_URL: 'redis://127.0.0.1:1' } })
  while (!((await readMetrics(app)).get('redis_failures_total')! > 0)) await sleep(10)
})

t.test('metrics hold nothing of requests, clients or projects, and do not grow with them', async (t) => {
  const { app, simulator, get, tokenOf } = await startAuthenticated(t)
  const token = await tokenOf('admin')
  const requestAll = async (id: string) => {
    const paths = [
      `${id}/cpuUsage?defaultTimeRange=10m&groupBy=1m`, `${id}/instances?limit=1&hostname=${id}`,
      `summary?projectName=${id}`, id
    ]
    for (const path of paths) await get(`${projects}/${path}`, token)
    for (const url of [`/${id}`, `/metrics?${id}`, `/healthz/${id}`]) await get(url, id)
    await app.inject({ method: 'OPTIONS', url: `/${id}` })
  }
  const seriesNames = async () => (await app.inject('/metrics')).body.split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/ \S+$/, ''))

  await requestAll('misplaced')
  const before = await seriesNames()
  for (let n = 0; n < 20; n++) await requestAll(`misplaced-${n}`)
  const own = (await seriesNames()).filter((line) => line.startsWith('openstack_monitoring_'))
  t.same(own.filter((line) => !before.includes(line) && !line.includes('route="/metrics"')), [])

  for (const id of [adminProjectId, demoProjectId, demoInstanceId]) await requestAll(id)
  const text = (await seriesNames()).join('\n')
  const tokens = simulator.calls.map(({ headers }) => String(headers['x-auth-token']))
  const secrets = [
    'misplaced', token, ...new Set(tokens), adminProjectId, demoProjectId, demoInstanceId, '127.0.0.1',
    'http:', 'req-', 'simulated'
  ]
  t.same(secrets.filter((secret) => secret !== 'undefined' && text.includes(secret)), [])
})

t.test('neither the rate limit nor the concurrency limit applies to /metrics', async (t) => {
  const { app } = await startService(t, { env: { RATE_LIMIT: '1', CONCURRENCY_LIMIT: '1' } })
  await app.inject(cpuUsage)
  t.equal((await app.inject(cpuUsage)).statusCode, 429)
  const labels = `method="GET",route="${projects}/:instanceId/cpuUsage",status="429"`
  t.equal((await readMetrics(app)).get(`http_request_duration_seconds_count{${labels}}`), 1)
})

t.test('two services in a process have metrics of their own, and share those of the process', async (t) => {
  const [one, other] = [await startService(t), await startService(t)]
  await one.app.inject(cpuUsage)
  const isOfRequest = (name: string) =>
    name.startsWith('upstream_request_duration_seconds') || name.includes('cpuUsage')
  t.ok(Array.from((await readMetrics(one.app)).keys()).some(isOfRequest))
  t.notOk(Array.from((await readMetrics(other.app)).keys()).some(isOfRequest))
  t.match((await other.app.inject('/metrics')).body, /^process_resident_memory_bytes \d+$/m)
})
