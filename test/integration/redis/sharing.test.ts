import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startPair } from './pair.js'
import { instances, series, summary } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const { url, client, keys } = redis
  const cpu = series('cpuUsage')
  t.beforeEach(async () => { await client.flushall() })

  t.test('an answer is as old in one process as in the other', async (t) => {
    const { a, b, clock } = await startPair(t, url)
    for (const path of [summary, instances(5), cpu]) {
      await a(path)
      clock.time += 3_000
      const [{ headers }, other] = await Promise.all([a(path), b(path)])
      t.equal(headers.age, '3')
      t.match(other.headers, { age: '3', etag: headers.etag, 'cache-control': headers['cache-control'] })
    }
  })

  t.test('while one reads anew the others give out the old, and do not read as well', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url, { latency: 500 })
    await Promise.all([a(cpu), b(cpu)])
    clock.time += 7_000
    calls()
    const [one, other] = await Promise.all([a(cpu), b(cpu)])
    t.equal(one.headers.age, '7')
    t.equal(other.headers.age, '7')
    while ((await a(cpu)).headers.age !== '0' || (await b(cpu)).headers.age !== '0') await sleep(20)
    t.equal(calls(), 1)
  })

  t.test('a read that takes long is left to the one who began it', async (t) => {
    const { a, b, calls } = await startPair(t, url, { latency: 3_000 })
    await Promise.all([a(cpu), b(cpu)])
    t.equal(calls('metrics'), 1)
  })

  t.test('what is too old to be given out is read by one, and waited for by the others', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url)
    await Promise.all([a(cpu), b(cpu)])
    clock.time += 60_000
    calls()
    for (const { headers } of await Promise.all([a(cpu), b(cpu)])) t.equal(headers.age, '0')
    t.equal(calls(), 1)
  })

  t.test('serves another process\'s value stale while the cloud is down, up to the same limit', async (t) => {
    const { a, b, clock, simulator } = await startPair(t, url)
    const { body } = await a(cpu)
    const { body: projects } = await a(summary)
    simulator.intercept = ({ upstream }) =>
      upstream === 'metrics' ? 'reset' : upstream === 'identity' ? undefined : { status: 500 }
    clock.time += 599_000
    t.match(await b(cpu), { statusCode: 200, body, headers: { age: '599' } })
    t.match(await b(summary), { statusCode: 200, body: projects, headers: { age: '599' } })
    clock.time += 1_000
    t.equal((await b(cpu)).statusCode, 503)
  })

  t.test('what one process has found to be gone stands in for nobody', async (t) => {
    const { a, b, clock, simulator, calls } = await startPair(t, url, { env: { INSTANCES_TTL: '40s' } })
    const page = instances(5)
    await a(page)
    t.equal((await keys()).length, 1)
    simulator.intercept = ({ upstream, path }) =>
      upstream === 'identity' && path.includes('/projects/') ? { status: 404 } : undefined
    clock.time += 61_000
    calls()
    t.match(await a(page), { statusCode: 200, headers: { age: '61' } }, 'it is given out while it is read')
    while (calls('identity') === 0) await sleep(10)
    await sleep(200)
    t.equal((await a(page)).statusCode, 404)
    t.same(await keys(), [])
    t.equal((await b(page)).statusCode, 404)
    simulator.intercept = ({ upstream }) => upstream === 'identity' ? 'reset' : undefined
    clock.time += 15_000
    for (const get of [a, b]) t.equal((await get(page)).statusCode, 503)
  })

  t.test('what lacks something is not shared', async (t) => {
    const { a, b, simulator } = await startPair(t, url)
    simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
    t.match((await a(instances(5))).json(), { unavailable: ['metrics'] })
    t.same(await keys(), [])
    simulator.intercept = undefined
    t.equal((await b(instances(5))).json().unavailable, undefined)
  })

  t.test('nothing is shared that is not kept', async (t) => {
    const off: Array<Record<string, string>> = [
      { CACHE: 'off' }, { SERIES_TTL: '0', SUMMARY_TTL: '0' }, { STALE_LIMIT: '0' }
    ]
    for (const env of off) {
      const { a, b, calls } = await startPair(t, url, { env })
      await a(summary)
      await a(cpu)
      calls()
      await b(cpu)
      t.equal(calls(), 1)
      t.same(await keys(), [])
    }
  })

  t.test('deployments that differ in what they read keep to themselves', async (t) => {
    const others: Array<Record<string, string>> = [
      { INFLUX_DATABASE: 'other' }, { OS_PROJECT_NAME: 'demo' }, { EXCLUDE_DOMAINS: 'default' }
    ]
    for (const other of others) {
      const { a, b, calls } = await startPair(t, url, { other })
      await a(cpu)
      calls()
      await b(cpu)
      t.equal(calls('metrics'), 1)
    }
    const { a, b, calls } = await startPair(t, url, {
      other: { OS_PASSWORD: 'not-asked-for', PORT: '1', SERIES_TTL: '1h' }
    })
    await a(cpu)
    calls()
    await b(cpu)
    t.equal(calls(), 0)
  })

  t.test('what a clock that is a little ahead has read counts as read now', async (t) => {
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

  t.test('what a clock that is wrong has read counts for nothing', async (t) => {
    const { a, b, calls } = await startPair(t, url, { ahead: 60_000 })
    await b(cpu)
    calls()
    await a(cpu)
    t.equal(calls(), 1)
  })

  t.test('all keys end, and neither they nor their values hold a secret', async (t) => {
    const { a, simulator } = await startPair(t, url, { env: { STALE_LIMIT: '1h' } })
    for (const path of [summary, instances(5), cpu]) await a(path)
    const places = await keys()
    t.ok(places.length > 5)
    for (const key of places) {
      t.match(key, /^openstack-monitoring-api:2:[\w-]{43}:(?:responses|quotas):\{[\w-]{43}\}$/)
      const life = await client.pttl(key)
      t.ok(life > 0 && life <= 3_600_000)
      t.notMatch(await client.get(key), simulator.env.OS_PASSWORD!)
    }
  })
}
