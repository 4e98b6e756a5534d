import t from 'tap'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startService } from '#test/support/service.js'

const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'
const instances = `/v1/openstack/projects/${demo}/instances?limit=5`
const summary = '/v1/openstack/projects/summary'
const second = 1_000
const minute = 60 * second

/** The service with what it keeps, and a clock that the test moves. */
async function startKeeping (t: Parameters<typeof startService>[0]) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const service = await startService(t, { env: { CACHE: 'on' }, now: () => clock.time })
  const get = async (url: string) => {
    const answer = await service.app.inject(url)
    return { status: answer.statusCode, age: Number(answer.headers.age), body: answer.json() }
  }
  return { ...service, clock, get }
}

t.test('loads stand in while they are present ones, and are unknown after that', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  const { body: before } = await get(instances)
  t.match(before, { metric: [{ cpuUsage: Number, memoryUsage: Number }] })

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 200, body: { error: 'out of order' } } : undefined
  clock.time += minute
  t.match(await get(instances), { status: 200, age: 60, body: { metric: [{ cpuUsage: before.metric[0].cpuUsage, memoryUsage: before.metric[0].memoryUsage, uptime: before.metric[0].uptime + 60 }] } })
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

t.test('what never had a load is unknown while the metrics store is down, and not at rest', async (t) => {
  const { simulator, get } = await startKeeping(t)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  t.match(await get(instances), { status: 200, body: { metric: [{ cpuUsage: null, memoryUsage: null }], unavailable: ['metrics'] } })
})

t.test('quotas stand in up to STALE_LIMIT, however often they are asked for', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  const { body: before } = await get(summary)

  simulator.intercept = ({ upstream }) => ['compute', 'network', 'block-storage'].includes(upstream) ? { status: 500 } : undefined
  clock.time += 9 * minute
  t.strictSame(await get(summary), { status: 200, age: 540, body: before })
  clock.time += minute + second
  t.equal((await get(summary)).status, 502, 'not even by an answer that was made of them later')
})

t.test('the list of projects stands in up to STALE_LIMIT, and is no younger than it is', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  const none = `${summary}?projectName=no-such-name`
  const { body: before } = await get(summary)

  simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
  for (const age of [149, 298, 447, 596]) {
    clock.time += 149 * second
    t.strictSame(await get(summary), { status: 200, age, body: before })
    t.strictSame(await get(none), { status: 200, age, body: [] })
  }
  clock.time += 4 * second
  t.equal((await get(summary)).status, 503, 'not even by an answer that was made of it later')
  t.equal((await get(none)).status, 503)

  simulator.intercept = undefined
  clock.time += 12 * second
  t.strictSame(await get(summary), { status: 200, age: 0, body: before })
})

t.test('what stands in is known to stand in by all who ask while the upstream is let be', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  await get(summary)
  await get(instances)
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? undefined : { status: 500 }
  clock.time += 9 * minute
  await get(summary)
  t.match(await get(`${summary}?projectName=demo`), { status: 200, age: 540 })
  clock.time += minute + second
  t.equal((await get(`${summary}?projectName=demo`)).status, 502)
})

t.test('a chart of the last hour stands in when its window has moved on', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  const chart = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?defaultTimeRange=1h&groupBy=1m'
  const { body: before } = await get(chart)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  clock.time += 5 * minute
  t.strictSame(await get(chart), { status: 200, age: 300, body: before })
  clock.time += 5 * minute + second
  t.equal((await get(chart)).status, 503)
})

for (const [what, login, answer] of [
  ['that the catalog does not have', true, undefined],
  ['that answers 401 to everything', false, { status: 401, body: {} }]
] as const) {
  t.test(`a service ${what} costs no other anything while Keystone is down`, async (t) => {
    const { simulator, clock, get } = await startKeeping(t)
    const { id, token } = await logIn(simulator.env.OS_AUTH_URL!, { ...byPassword('admin'), ...onProject('admin') })
    const catalog = token.catalog.filter(({ type }: { type: string }) => type !== 'volumev3')
    const early = { status: 201, headers: { 'x-subject-token': id }, body: { token: { ...token, catalog } } }
    simulator.intercept = ({ method, upstream }) => login && method === 'POST' && upstream === 'identity' ? early : upstream === 'block-storage' ? answer : undefined
    t.match(await get(summary), { status: 200, body: [{ unavailable: ['block-storage'] }, {}] })
    t.equal((await get(instances)).status, 200)

    simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : upstream === 'block-storage' ? answer : undefined
    const start = clock.time
    for (const [n, after] of [1, 3, 6, 12, 24, 48].entries()) {
      clock.time = start + after * second
      t.match(await get(`${summary}?limit=${n + 1}`), { status: 200, body: [{ instancesUsed: 42, unavailable: ['block-storage'] }] })
      t.match(await get(`${instances}${n}`), { status: 200, body: { metric: [{ cpuUsage: Number }] } }, `after ${after} s`)
    }
  })
}

t.test('what is gone does not stand in', async (t) => {
  const { simulator, clock, get } = await startKeeping(t)
  t.equal((await get(instances)).status, 200)
  simulator.intercept = ({ upstream, path }) => upstream === 'identity' && path.includes(`/projects/${demo}`) ? { status: 404 } : undefined
  clock.time += 2 * minute
  t.equal((await get(instances)).status, 404)
})
