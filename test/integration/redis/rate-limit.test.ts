import t from 'tap'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'
import { startPair } from './pair.js'

const redis = await startRedis(t)
if (redis) {
  const cpu = series('cpuUsage')

  t.test('replicas share the counters of the rate limit', async (t) => {
    const { a, b } = await startPair(t, redis.url, { env: { RATE_LIMIT: '3' } })
    const responses = [await a(cpu), await b(cpu), await a(cpu), await b(cpu), await a(cpu)]
    t.same(responses.map(({ statusCode }) => statusCode), [200, 200, 200, 429, 429])
    t.same(responses.map(({ headers }) => headers['ratelimit-remaining']), ['2', '1', '0', '0', '0'])
    t.match(responses[4]!.headers, { 'retry-after': /^\d+$/ })
  })

  t.test('services with another key namespace have counters of their own', async (t) => {
    const { a, b } = await startPair(t, redis.url, {
      env: { RATE_LIMIT: '3' }, other: { METRICS_MAX_AGE: '3m' }
    })
    const responses = [await a(cpu), await b(cpu)]
    t.same(responses.map(({ headers }) => headers['ratelimit-remaining']), ['2', '2'])
  })

  t.test('no request is limited while Redis is down', async (t) => {
    const { a, b } = await startPair(t, redis.url, { env: { RATE_LIMIT: '1' } })
    await redis.kill()
    for (const get of [a, b, a, b]) t.equal((await get(cpu)).statusCode, 200)
  })
}
