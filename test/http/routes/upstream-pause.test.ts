import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { metricsStores, startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const summary = `${projects}/summary?projectName=demo`
const instances = (limit: number) => `${projects}/${demoProjectId}/instances?limit=${limit}`
const chart = (minutes: number) =>
  `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=${minutes}m&groupBy=1m`
/** Nova's response to too many requests. */
const limited = (headers: Record<string, string>, status = 429) =>
  ({ status, headers, body: { overLimit: { code: status } } })

t.test('retries a request that Nova limits for a second', async (t) => {
  const { app, simulator } = await startService(t)
  // It reads limits as well.
  await app.openstack.reach()
  let received = 0
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'compute' && path.endsWith('/limits') && received++ === 0
      ? limited({ 'retry-after': '1' })
      : undefined
  const [project] = (await app.inject(summary)).json()
  t.match(project, { instancesUsed: 1, unavailable: undefined })
  t.equal(received, 2)
})

t.test('responds 503 with Retry-After while Nova limits requests, and does not call it', async (t) => {
  const { app, simulator, count } = await startService(t)
  await app.inject(instances(1))
  const before = count('compute')
  simulator.intercept = ({ upstream }) =>
    upstream === 'compute' ? limited({ 'retry-after': '30' }) : undefined
  const first = await app.inject(instances(2))
  t.match(first.json(), { status: 503, detail: 'The compute service accepts no requests for now.' })
  t.equal(first.headers['retry-after'], '30')
  const received = count('compute') - before
  t.ok(received <= 2, 'the requests that were in flight')
  for (let limit = 3; limit < 20; limit++) {
    const { statusCode, headers } = await app.inject(instances(limit))
    t.equal(statusCode, 503)
    t.ok(Number(headers['retry-after']) > 5 && Number(headers['retry-after']) <= 30)
  }
  t.equal(count('compute') - before, received)
  t.match((await app.inject('/readyz')).json(), { upstreams: { compute: 'unavailable' } })
})

for (const metricsStore of metricsStores) {
  for (const status of [429, 503]) {
    t.test(`passes the Retry-After of a ${status} of ${metricsStore} on, and does not call it`, async (t) => {
      const { app, simulator, count } = await startService(t, { metricsStore })
      t.equal((await app.inject(chart(10))).statusCode, 200)
      const before = count('metrics')
      simulator.intercept = ({ upstream }) =>
        upstream === 'metrics' ? limited({ 'retry-after': '30' }, status) : undefined
      const first = await app.inject(chart(20))
      t.match(first.json(), { status: 503, detail: 'The metrics service accepts no requests for now.' })
      t.equal(first.headers['retry-after'], '30')
      const received = count('metrics')
      t.ok(received - before <= 2, 'the requests that were in flight')
      const second = await app.inject(chart(30))
      t.equal(second.statusCode, 503)
      t.ok(Number(second.headers['retry-after']) > 5 && Number(second.headers['retry-after']) <= 30)
      t.equal(count('metrics'), received)
    })
  }
}

t.test('names its own Retry-After where the upstream names none', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? limited({}) : undefined
  const { statusCode, headers } = await app.inject(instances(2))
  t.match([statusCode, headers['retry-after']], [503, '5'])
})

t.test('caches no null that a limit of Nova causes', async (t) => {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const { app, simulator } = await startService(t, { env: { CACHE: 'on' }, now: () => clock.time })
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'compute' && path.endsWith('/limits') ? limited({}) : undefined
  t.match((await app.inject(summary)).json(), [{ instancesUsed: null, unavailable: ['compute'] }])
  simulator.intercept = undefined
  t.match((await app.inject(summary)).json(), [{ instancesUsed: 1, unavailable: undefined }])

  clock.time += 60_000
  simulator.intercept = ({ upstream }) =>
    upstream === 'compute' ? limited({ 'retry-after': '30' }) : undefined
  const stale = (await app.inject(summary)).json()
  t.match(stale, [{ instancesUsed: 1, unavailable: undefined }], 'a stale quota instead of null')
})

t.test('passes the Retry-After of Keystone on to a caller with a new token', async (t) => {
  const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
  const { id } = await logIn(simulator.env.OS_AUTH_URL!, { ...byPassword('demo'), ...onProject('demo') })
  simulator.intercept = ({ headers }) =>
    'x-subject-token' in headers ? limited({ 'retry-after': '20' }) : undefined
  const { statusCode, headers } = await app.inject({ url: summary, headers: { 'x-auth-token': id } })
  t.match([statusCode, headers['retry-after']], [503, '20'])
})
