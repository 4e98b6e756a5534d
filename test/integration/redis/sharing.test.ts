import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { instances, series, summary } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'
import { startPair } from './pair.js'

const redis = await startRedis(t)
if (redis) {
  const { url, client, keys } = redis
  const cpu = series('cpuUsage')
  t.beforeEach(async () => { await client.flushall() })

  t.test('a response has the same age in both processes', async (t) => {
    const { a, b, clock } = await startPair(t, url)
    for (const path of [summary, instances(5), cpu]) {
      await a(path)
      clock.time += 3_000
      const [{ headers }, other] = await Promise.all([a(path), b(path)])
      t.equal(headers.age, '3')
      t.match(other.headers, { age: '3', etag: headers.etag, 'cache-control': headers['cache-control'] })
    }
  })

  t.test('stale-while-revalidate: one process refreshes, and both serve the stale response', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url, { latency: 500 })
    await Promise.all([a(cpu), b(cpu)])
    clock.time += 7_000
    calls()
    for (const { headers } of await Promise.all([a(cpu), b(cpu)])) t.equal(headers.age, '7')
    while ((await a(cpu)).headers.age !== '0' || (await b(cpu)).headers.age !== '0') await sleep(20)
    t.equal(calls(), 1)
  })

  t.test('a fetch that outlasts the lock\'s TTL stays with its process', async (t) => {
    const { a, b, calls } = await startPair(t, url, { latency: 3_000 })
    await Promise.all([a(cpu), b(cpu)])
    t.equal(calls('metrics'), 1)
  })

  t.test('one process fetches an expired response, and the other one waits for it', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url)
    await Promise.all([a(cpu), b(cpu)])
    clock.time += 60_000
    calls()
    for (const { headers } of await Promise.all([a(cpu), b(cpu)])) t.equal(headers.age, '0')
    t.equal(calls(), 1)
  })

  t.test('stale-if-error: another process\'s response is served up to the same age', async (t) => {
    const { a, b, clock, simulator } = await startPair(t, url)
    const { body } = await a(cpu)
    const { body: projects } = await a(summary)
    simulator.intercept = ({ upstream }) => {
      if (upstream === 'metrics') return 'reset'
      return upstream === 'identity' ? undefined : { status: 500 }
    }
    clock.time += 599_000
    t.match(await b(cpu), { statusCode: 200, body, headers: { age: '599' } })
    t.match(await b(summary), { statusCode: 200, body: projects, headers: { age: '599' } })
    clock.time += 1_000
    t.equal((await b(cpu)).statusCode, 503)
  })

  t.test('a response that one process found to be gone is served by no process', async (t) => {
    const { a, b, clock, simulator, calls } = await startPair(t, url, { env: { INSTANCES_TTL: '40s' } })
    const page = instances(5)
    await a(page)
    t.equal((await keys()).length, 1)
    simulator.intercept = ({ upstream, path }) =>
      upstream === 'identity' && path.includes('/projects/') ? { status: 404 } : undefined
    clock.time += 61_000
    calls()
    t.match(await a(page), { statusCode: 200, headers: { age: '61' } }, 'stale during the refresh')
    while (calls('identity') === 0) await sleep(10)
    await sleep(200)
    t.equal((await a(page)).statusCode, 404)
    t.same(await keys(), [])
    t.equal((await b(page)).statusCode, 404)
    simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
    clock.time += 15_000
    for (const get of [a, b]) t.equal((await get(page)).statusCode, 503)
  })

  t.test('a partial response is not shared', async (t) => {
    const { a, b, simulator } = await startPair(t, url)
    simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
    t.match((await a(instances(5))).json(), { unavailable: ['metrics'] })
    t.same(await keys(), [])
    simulator.intercept = undefined
    t.equal((await b(instances(5))).json().unavailable, undefined)
  })

  t.test('responses that are not cached are not shared', async (t) => {
    const uncached: Array<Record<string, string>> = [
      { CACHE: 'off' }, { SERIES_TTL: '0', SUMMARY_TTL: '0' }
    ]
    for (const env of uncached) {
      const { a, b, calls } = await startPair(t, url, { env })
      await a(summary)
      await a(cpu)
      calls()
      await b(cpu)
      t.equal(calls(), 1)
      t.same(await keys(), [])
    }
  })

  t.test('without stale-if-error responses are shared for as long as they are current', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url, { env: { STALE_LIMIT: '0' }, latency: 300 })
    await Promise.all([a(cpu), b(cpu)])
    t.equal(calls('metrics'), 1, 'one process fetches, and the other one waits for it')
    const [key] = await keys()
    const ttl = await client.pttl(key!)
    t.ok(ttl > 0 && ttl <= 10_000, 'fresh for 5 s, and revalidated for as long')
    clock.time += 10_000
    await Promise.all([a(cpu), b(cpu)])
    t.equal(calls('metrics'), 1)
  })

  t.test('deployments share where the settings that responses depend on are equal', async (t) => {
    const callsOfSecond = async (other: Record<string, string>) => {
      const { a, b, calls } = await startPair(t, url, { other })
      await a(cpu)
      calls()
      await b(cpu)
      return calls('metrics')
    }
    t.equal(await callsOfSecond({ INFLUX_DATABASE: 'other' }), 1)
    t.equal(await callsOfSecond({ OS_PROJECT_NAME: 'demo' }), 1)
    t.equal(await callsOfSecond({ EXCLUDE_DOMAINS: 'default' }), 1)

    // Here no upstream at all is called for the second service.
    const other = { OS_PASSWORD: 'unused', PORT: '1', SERIES_TTL: '1h' }
    const { a, b, calls } = await startPair(t, url, { other })
    await a(cpu)
    calls()
    await b(cpu)
    t.equal(calls(), 0)
  })

  t.test('a response from a clock slightly ahead counts as fetched now', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url, { ahead: 800 })
    await b(cpu)
    calls()
    t.equal((await a(cpu)).headers.age, '0')
    clock.time += 5_799
    await a(cpu)
    t.equal(calls(), 0)
    clock.time += 60_000
    await a(cpu)
    t.equal(calls(), 1)
  })

  t.test('a response from a clock far ahead is a miss', async (t) => {
    const { a, b, calls } = await startPair(t, url, { ahead: 60_000 })
    await b(cpu)
    calls()
    await a(cpu)
    t.equal(calls(), 1)
  })

  t.test('every key expires, and neither keys nor values hold a secret', async (t) => {
    const { a, simulator } = await startPair(t, url, { env: { STALE_LIMIT: '1h' } })
    for (const path of [summary, instances(5), cpu]) await a(path)
    const stored = await keys()
    t.ok(stored.length > 5)
    for (const key of stored) {
      t.match(key, /^openstack-monitoring-api:2:[\w-]{43}:(?:responses|quotas):\{[\w-]{43}\}$/)
      const ttl = await client.pttl(key)
      t.ok(ttl > 0 && ttl <= 3_600_000)
      t.notMatch(await client.get(key), simulator.env.OS_PASSWORD!)
    }
  })
}
