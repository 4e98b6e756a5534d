import t from 'tap'
import { series, summary } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
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

  t.test('replicas count all tokens of a user, and all made-up tokens of an address, together', async (t) => {
    const { a, b, simulator } = await startPair(t, redis.url, { env: { RATE_LIMIT: '3', AUTH: 'keystone' } })
    const auth = { ...byPassword('demo'), ...onProject('demo') }
    const tokenOf = async () => (await logIn(simulator.env.OS_AUTH_URL!, auth)).id
    const statuses = async (tokens: string[]) => {
      const statuses = []
      for (const [n, token] of tokens.entries()) {
        statuses.push((await (n % 2 === 0 ? a : b)(summary, { 'x-auth-token': token })).statusCode)
      }
      return statuses
    }
    t.same(await statuses(await Promise.all([1, 2, 3, 4, 5].map(tokenOf))), [200, 200, 200, 429, 429])
    t.same(await statuses(['one', 'two', 'three', 'four', 'five']), [401, 401, 401, 429, 429])
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
