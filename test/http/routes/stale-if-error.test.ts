import t from 'tap'
import type { Test } from 'tap'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { failMetrics, partialResponses } from '#test/support/metrics-failures.js'
import { metricsStores, startService } from '#test/support/service.js'
import type { MetricsStoreName } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'
const instances = `${projects}/${demo}/instances?limit=5`
const summary = `${projects}/summary`
const chart = `${projects}/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?defaultTimeRange=1h&groupBy=1m`
const second = 1_000
const minute = 60 * second

/** Starts a service whose caches are on, with a clock that the test moves. */
async function startCaching (t: Test, metricsStore?: MetricsStoreName) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const service = await startService(t, {
    metricsStore, env: { CACHE: 'on' }, now: () => clock.time
  })
  const get = async (url: string) => {
    const response = await service.app.inject(url)
    return { status: response.statusCode, age: Number(response.headers.age), body: response.json() }
  }
  return { ...service, clock, get }
}

for (const metricsStore of metricsStores) {
  t.test(`serves the latest usage of ${metricsStore} up to METRICS_MAX_AGE, and then null`, async (t) => {
    const { simulator, clock, get } = await startCaching(t, metricsStore)
    const { body: before } = await get(instances)
    t.match(before, { metric: [{ cpuUsage: Number, memoryUsage: Number }] })

    failMetrics(simulator, partialResponses[metricsStore][0]!)
    clock.time += minute
    const { cpuUsage, memoryUsage, uptime } = before.metric[0]
    t.match(await get(instances), {
      status: 200, age: 60, body: { metric: [{ cpuUsage, memoryUsage, uptime: uptime + 60 }] }
    })
    t.notOk('unavailable' in (await get(instances)).body)

    clock.time += minute + second
    const { body: late } = await get(instances)
    t.match(late, { metric: [{ cpuUsage: null, memoryUsage: null }], unavailable: ['metrics'] })

    simulator.intercept = undefined
    clock.time += 2 * second
    const { age, body: after } = await get(instances)
    t.match(after, { metric: [{ cpuUsage: Number, memoryUsage: Number }] })
    t.equal(age, 0)
    t.notOk('unavailable' in after)
  })
}

t.test('serves stale quotas up to STALE_LIMIT, also in a response that was made later', async (t) => {
  const { simulator, clock, get } = await startCaching(t)
  const { body: before } = await get(summary)

  const services = ['compute', 'network', 'block-storage']
  simulator.intercept = ({ upstream }) => services.includes(upstream) ? { status: 500 } : undefined
  clock.time += 9 * minute
  t.strictSame(await get(summary), { status: 200, age: 540, body: before })
  clock.time += minute + second
  t.equal((await get(summary)).status, 502)
})

t.test('serves a stale list of projects up to STALE_LIMIT, with its age', async (t) => {
  const { simulator, clock, get } = await startCaching(t)
  const empty = `${summary}?projectName=no-such-name`
  const { body: before } = await get(summary)

  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  for (const age of [149, 298, 447, 596]) {
    clock.time += 149 * second
    t.strictSame(await get(summary), { status: 200, age, body: before })
    t.strictSame(await get(empty), { status: 200, age, body: [] })
  }
  clock.time += 4 * second
  t.equal((await get(summary)).status, 503, 'a response that was made of it later is not served either')
  t.equal((await get(empty)).status, 503)

  simulator.intercept = undefined
  clock.time += 12 * second
  t.strictSame(await get(summary), { status: 200, age: 0, body: before })
})

t.test('returns the age of stale facts in every response while the circuit is open', async (t) => {
  const { simulator, clock, get } = await startCaching(t)
  await get(summary)
  await get(instances)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? undefined : { status: 500 }
  clock.time += 9 * minute
  await get(summary)
  t.match(await get(`${summary}?projectName=demo`), { status: 200, age: 540 })
  clock.time += minute + second
  t.equal((await get(`${summary}?projectName=demo`)).status, 502)
})

for (const metricsStore of metricsStores) {
  t.test(`serves a stale chart over ${metricsStore} after its window has moved`, async (t) => {
    const { simulator, clock, get } = await startCaching(t, metricsStore)
    const { body: before } = await get(chart)
    let age = 0
    for (const failure of ['reset', ...partialResponses[metricsStore]] as const) {
      failMetrics(simulator, failure)
      age += 180
      clock.time += 180 * second
      t.strictSame(await get(chart), { status: 200, age, body: before })
    }
    clock.time += 10 * minute + second
    t.equal((await get(chart)).status, 502)
  })
}

for (const [failure, inCatalog, response] of [
  ['is not in the catalog', false, undefined],
  ['responds 401 to everything', true, { status: 401, body: {} }]
] as const) {
  t.test(`a service that ${failure} affects no other one while Keystone is down`, async (t) => {
    const { simulator, clock, get } = await startCaching(t)
    const credential = { ...byPassword('admin'), ...onProject('admin') }
    const { id, token } = await logIn(simulator.env.OS_AUTH_URL!, credential)
    const catalog = token.catalog.filter(({ type }: { type: string }) => type !== 'volumev3')
    const login = { status: 201, headers: { 'x-subject-token': id }, body: { token: { ...token, catalog } } }
    simulator.intercept = ({ method, upstream }) => {
      if (!inCatalog && method === 'POST' && upstream === 'identity') return login
      return upstream === 'block-storage' ? response : undefined
    }
    t.match(await get(summary), { status: 200, body: [{ unavailable: ['block-storage'] }, {}] })
    t.equal((await get(instances)).status, 200)

    simulator.intercept = ({ upstream }) =>
      upstream === 'identity' ? 'reset' : upstream === 'block-storage' ? response : undefined
    const start = clock.time
    for (const [n, after] of [1, 3, 6, 12, 24, 48].entries()) {
      clock.time = start + after * second
      t.match(await get(`${summary}?limit=${n + 1}`), {
        status: 200, body: [{ instancesUsed: 42, unavailable: ['block-storage'] }]
      })
      t.match(await get(`${instances}${n}`), {
        status: 200, body: { metric: [{ cpuUsage: Number }] }
      }, `after ${after} s`)
    }
  })
}

t.test('serves no stale response for a project that was deleted', async (t) => {
  const { simulator, clock, get } = await startCaching(t)
  t.equal((await get(instances)).status, 200)
  simulator.intercept = ({ upstream, path }) =>
    upstream === 'identity' && path.includes(`/projects/${demo}`) ? { status: 404 } : undefined
  clock.time += 2 * minute
  t.equal((await get(instances)).status, 404)
})
