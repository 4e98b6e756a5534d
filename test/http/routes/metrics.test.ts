import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startAsking } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'

type App = Awaited<ReturnType<typeof startService>>['app']

/** What the service tells of itself: the value of each of its own series, by its name and labels. */
async function read (app: App) {
  const { statusCode, headers, body } = await app.inject('/metrics')
  t.equal(statusCode, 200)
  t.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  const lines = body.split('\n').filter(
    (line) => line.startsWith('openstack_monitoring_') && !line.includes('_bucket{')
  )
  return new Map(lines.map((line) => {
    const [, name, value] = /^openstack_monitoring_(.*) (\S+)$/.exec(line)!
    return [name!, Number(value)]
  }))
}

const projects = '/v1/openstack/projects'
const cpuUsage = `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

t.test('counts requests by method, route and status', async (t) => {
  const { app } = await startService(t)
  for (const url of [cpuUsage, cpuUsage, `${cpuUsage}&no=1`, '/nothing', `${projects}/%`]) {
    await app.inject(url)
  }
  await app.inject({ method: 'HEAD', url: '/healthz' })
  const count = (labels: string) => `http_request_duration_seconds_count{${labels}}`
  const route = `route="${projects}/:instanceId/cpuUsage"`
  const told = await read(app)
  t.equal(told.get(count(`method="GET",${route},status="200"`)), 2)
  t.equal(told.get(count(`method="GET",${route},status="400"`)), 1)
  t.equal(told.get(count('method="GET",route="none",status="404"')), 1)
  t.equal(told.get(count('method="HEAD",route="/healthz",status="200"')), 1)
  t.ok(told.get(`http_request_duration_seconds_sum{method="GET",${route},status="200"}`)! > 0)
})

t.test('counts the requests that are under way', async (t) => {
  const { app, count } = await startService(t, { latency: 500 })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = fetch(`${origin}${cpuUsage}`)
  while (count('metrics') === 0) await sleep(10)
  t.equal((await read(app)).get('http_requests_active'), 1)
  await (await asked).text()
  while ((await read(app)).get('http_requests_active') !== 0) await sleep(10)
})

t.test('counts each call to an upstream, by what it asks for and what comes of it', async (t) => {
  const { app, simulator } = await startService(t)
  await app.inject(`${projects}/summary`)
  await app.inject(`${projects}/${demoProjectId}/instances?limit=5`)
  await app.inject(cpuUsage)
  await app.inject('/readyz')
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'network' && path.endsWith('details.json') ? { status: 404 } : undefined
  await app.inject(`${projects}/summary`)
  const told = await read(app)
  const calls = Array.from(told).filter(
    ([name]) => name.startsWith('upstream_request_duration_seconds_count')
  )
  t.equal(calls.reduce((sum, [, value]) => sum + value, 0), simulator.calls.length, 'none is left out')
  const count = (role: string, operation: string, outcome = 'ok') =>
    told.get(
      `upstream_request_duration_seconds_count{upstream="${role}",operation="${operation}",` +
      `outcome="${outcome}"}`
    )
  t.equal(count('identity', 'issue-token'), 1)
  t.equal(count('identity', 'list-projects'), 3, 'what the credential reads, and twice which there are')
  t.equal(count('identity', 'show-project'), 1)
  t.equal(count('identity', 'list-domains'), 1)
  t.equal(count('compute', 'list-servers'), 1)
  t.equal(count('compute', 'show-version'), 2)
  t.equal(count('network', 'show-quota'), 2)
  t.equal(count('network', 'show-quota', 'invalid'), 2)
  t.equal(count('block-storage', 'show-quota'), 4)
  t.equal(count('metrics', 'read-latest'), 1)
  t.equal(count('metrics', 'read-series'), 1)
  t.equal(count('metrics', 'ping'), 1)
  t.equal(told.get('batch_statements_sum'), 1)
  t.equal(told.get('batch_series_sum'), 1)
})

t.test('tells of calls that were made twice, that wait, and of who is left alone', async (t) => {
  const { app, simulator } = await startService(t, {
    env: { UPSTREAM_CONNECTIONS: '1', UPSTREAM_TIMEOUT: '3s' }
  })
  const calls: number[] = []
  simulator.intercept = ({ upstream }) =>
    upstream !== 'metrics' ? undefined : calls.push(1) === 1 ? { status: 503 } : undefined
  await app.inject(cpuUsage)
  let told = await read(app)
  t.equal(told.get('upstream_retries_total{upstream="metrics"}'), 1)
  t.equal(told.get('upstream_circuit_open{upstream="metrics"}'), 0)

  simulator.intercept = ({ upstream }) => upstream === 'compute' ? 'hang' : undefined
  const both = [1, 2].map(() => app.openstack.check('compute').catch(() => {}))
  while (told.get('upstream_requests_queued{upstream="compute"}') !== 1) {
    await sleep(10)
    told = await read(app)
  }
  t.equal(told.get('upstream_requests_active{upstream="compute"}'), 1)
  simulator.intercept = undefined
  t.equal(told.get('upstream_requests_active{upstream="metrics"}'), 0)
  await Promise.all(both)

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 500 } : undefined
  for (let n = 0; n < 20; n++) await app.inject(cpuUsage)
  told = await read(app)
  t.equal(told.get('upstream_circuit_open{upstream="metrics"}'), 1)
  t.equal(told.get('upstream_circuit_open{upstream="identity"}') ?? 0, 0)
})

t.test('tells of what waits before it is put into calls', async (t) => {
  const { app, simulator, get } = await startAsking(t, { UPSTREAM_TIMEOUT: '3s' })
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'metrics' || path === '/v3/auth/tokens' ? 'hang' : undefined
  const asked: Array<Promise<unknown>> = []
  const length = async (queue: string) => (await read(app)).get(`queue_length{queue="${queue}"}`)
  t.equal(await length('series'), 0)
  t.equal(await length('token-validations'), 0)
  for (let n = 0; await length('series') === 0; n++) {
    asked.push(app.metrics.series(['cpu'], String(n), { start: 0, end: 60, step: 60 }).catch(() => {}))
  }
  for (let n = 0; await length('token-validations') === 0; n++) asked.push(get(cpuUsage, `token-${n}`))
  simulator.intercept = undefined
  await Promise.all(asked)
})

t.test('tells of what is kept, and how it was come by', async (t) => {
  const { app, tokenOf, get } = await startAsking(t, { SERIES_TTL: '5s' })
  const token = await tokenOf('demo')
  for (const url of [cpuUsage, cpuUsage, `${projects}/${demoProjectId}/instances?limit=5`]) {
    t.equal((await get(url, token)).statusCode, 200)
  }
  const told = await read(app)
  const lookups = (cache: string) =>
    ['hit', 'stale', 'miss'].map(
      (state) => told.get(`cache_lookups_total{cache="${cache}",status="${state}"}`)
    )
  t.same(lookups('responses'), [1, 0, 2])
  t.same(lookups('token-validations'), [2, 0, 1])
  t.same(lookups('instance-projects'), [0, 0, 1])
  t.same(lookups('quotas'), [0, 0, 0])
  t.equal(told.get('cache_entries{cache="responses"}'), 2)
  for (const cache of ['responses', 'token-validations', 'instance-projects', 'projects', 'buckets']) {
    t.ok(told.get(`cache_bytes{cache="${cache}"}`)! > 0, cache)
  }
})

t.test('counts reads that fail, by what is answered for that', async (t) => {
  let time = Date.now()
  const { app, simulator } = await startService(t, {
    now: () => time, env: { CACHE: 'on', SERIES_TTL: '1s' }
  })
  const failures = async () =>
    Object.fromEntries(
      Array.from(await read(app)).filter(([name]) => name.startsWith('upstream_failures_total'))
    )
  const of = (role: string, answer: string) =>
    `upstream_failures_total{upstream="${role}",reason="invalid",outcome="${answer}"}`
  for (const url of [`${projects}/summary`, cpuUsage]) t.equal((await app.inject(url)).statusCode, 200)
  await app.inject('/nothing')
  t.same(await failures(), {})
  // One that is no failure of its server, but of another form.
  simulator.intercept = ({ upstream }) =>
    upstream === 'network' || upstream === 'metrics' ? { status: 200, body: '[]' } : undefined
  time += 3_000
  t.equal((await app.inject(cpuUsage)).statusCode, 200)
  t.same(await failures(), { [of('metrics', 'stale')]: 1 })
  t.equal((await app.inject(cpuUsage.replace('10m', '5m'))).statusCode, 502)
  simulator.intercept = ({ method, upstream }) =>
    upstream === 'network' ? { status: 200, body: '[]' } : method === 'POST' ? { status: 500 } : undefined
  // By then the token is to be renewed.
  time += 0.9 * 3_600_000
  t.equal((await app.inject(`${projects}/summary`)).statusCode, 200)
  t.same(await failures(), {
    [of('metrics', 'stale')]: 1,
    [of('metrics', 'error')]: 1,
    [of('network', 'partial')]: 1,
    [of('identity', 'stale')]: 1
  })
})

t.test('counts what Redis fails at', async (t) => {
  const { app } = await startService(t, { env: { REDIS_URL: 'redis://127.0.0.1:1' } })
  while (!((await read(app)).get('redis_failures_total')! > 0)) await sleep(10)
})

t.test('tells nothing of what was asked for, by whom, or of whom, and does not grow with it', async (t) => {
  const { app, simulator, get, tokenOf } = await startAsking(t)
  const token = await tokenOf('admin')
  const asked = async (id: string) => {
    for (const path of [
      `${id}/cpuUsage?defaultTimeRange=10m&groupBy=1m`,
      `${id}/instances?limit=1&hostname=${id}`,
      `summary?projectName=${id}`,
      id
    ]) {
      await get(`${projects}/${path}`, token)
    }
    for (const url of [`/${id}`, `/metrics?${id}`, `/healthz/${id}`]) await get(url, id)
    await app.inject({ method: 'OPTIONS', url: `/${id}` })
  }
  await asked('gone-astray')
  const series = async () =>
    (await app.inject('/metrics')).body.split('\n').filter((line) => !line.startsWith('#')).map(
      (line) => line.replace(/ \S+$/, '')
    )
  const before = await series()
  for (let n = 0; n < 20; n++) await asked(`gone-astray-${n}`)
  const own = (await series()).filter((line) => line.startsWith('openstack_monitoring_'))
  t.same(own.filter((line) => !before.includes(line) && !line.includes('route="/metrics"')), [])
  for (const id of [adminProjectId, demoProjectId, demoInstanceId]) await asked(id)
  const text = (await series()).join('\n')
  const tokens = simulator.calls.map(({ headers }) => String(headers['x-auth-token']))
  const secrets = [
    'gone-astray',
    token,
    ...new Set(tokens),
    adminProjectId,
    demoProjectId,
    demoInstanceId,
    '127.0.0.1',
    'http:',
    'req-',
    'simulated'
  ]
  t.same(secrets.filter((secret) => secret !== 'undefined' && text.includes(secret)), [])
})

t.test('is there for those who watch, however much others ask', async (t) => {
  const { app } = await startService(t, { env: { RATE_LIMIT: '1', CONCURRENCY_LIMIT: '1' } })
  await app.inject(cpuUsage)
  t.equal((await app.inject(cpuUsage)).statusCode, 429)
  t.equal(
    (await read(app)).get(
      `http_request_duration_seconds_count{method="GET",route="${projects}/:instanceId/cpuUsage",` +
      'status="429"}'
    ),
    1
  )
})

t.test('two services in a process do not count for each other', async (t) => {
  const [one, other] = [await startService(t), await startService(t)]
  await one.app.inject(cpuUsage)
  const isOfCalls = (name: string) => name.startsWith('upstream_call') || name.includes('cpuUsage')
  t.ok(Array.from((await read(one.app)).keys()).some(isOfCalls))
  t.notOk(Array.from((await read(other.app)).keys()).some(isOfCalls))
  t.match(
    (await other.app.inject('/metrics')).body, /^process_resident_memory_bytes \d+$/m, 'the process is one'
  )
})
