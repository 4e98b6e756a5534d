import t from 'tap'
import { startPair } from './pair.js'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const cpu = series('cpuUsage')

  t.test('replicas count a caller together, and say the same of what is left', async (t) => {
    const { a, b } = await startPair(t, redis.url, { env: { RATE_LIMIT: '3' } })
    const asked = [await a(cpu), await b(cpu), await a(cpu), await b(cpu), await a(cpu)]
    t.same(asked.map(({ statusCode }) => statusCode), [200, 200, 200, 429, 429])
    t.same(asked.map(({ headers }) => headers['ratelimit-remaining']), ['2', '1', '0', '0', '0'])
    t.match(asked[4]!.headers, { 'retry-after': /^\d+$/ })
  })

  t.test('services that read another cloud count for themselves', async (t) => {
    const { a, b } = await startPair(t, redis.url, {
      env: { RATE_LIMIT: '3' }, other: { METRICS_MAX_AGE: '3m' }
    })
    t.same([(await a(cpu)).headers['ratelimit-remaining'], (await b(cpu)).headers['ratelimit-remaining']], [
      '2', '2'
    ])
  })

  t.test('all is answered while Redis is away', async (t) => {
    const { a, b } = await startPair(t, redis.url, { env: { RATE_LIMIT: '1' } })
    await redis.kill()
    for (const ask of [a, b, a, b]) t.equal((await ask(cpu)).statusCode, 200)
  })
}
