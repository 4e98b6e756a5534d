import t from 'tap'
import { buildApp } from '#app.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, summary } from '#test/support/authenticated-service.js'
import { startRedis } from '#test/support/redis/server.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startPair } from './pair.js'

const redis = await startRedis(t)
if (redis) {
  const pages = [adminProjectId, demoProjectId].map((project) => `${projects}/${project}/instances?limit=5`)
  const series = [adminInstanceId, demoInstanceId].flatMap((instance) =>
    ['cpuUsage', 'networkIo'].map((usage) => `${projects}/${instance}/${usage}?${range}`))
  const urls = [summary, ...pages, ...series]
  const projectOf = { demo: 'demo', monitor: 'admin' }
  const instanceOf = { demo: demoInstanceId, monitor: adminInstanceId }

  for (const [first, second] of [['demo', 'monitor'], ['monitor', 'demo']] as const) {
    t.test(`a response for ${first} is shared between processes, and not served to ${second}`, async (t) => {
      await redis.client.flushall()
      const env = { AUTH: 'keystone' }
      const { a, b, clock, simulator, calls } = await startPair(t, redis.url, { env })
      const uncached = await buildApp({
        env: { ...simulator.env, ...env, CACHE: 'off', OVERLOAD_DELAY: '0' }, now: () => clock.time
      })
      t.teardown(() => uncached.close())
      const headersOf = async (user: keyof typeof projectOf) => {
        const login = { ...byPassword(user), ...onProject(projectOf[user]) }
        return { 'x-auth-token': (await logIn(simulator.env.OS_AUTH_URL!, login)).id }
      }
      const headers = { [first]: await headersOf(first), [second]: await headersOf(second) }

      for (const user of [first, second, first, second]) {
        for (const url of urls) {
          const { statusCode, body } = await uncached.inject({ url, headers: headers[user] })
          for (const get of [a, b]) {
            const response = await get(url, headers[user])
            t.equal(response.statusCode, statusCode, `${user} ${url}`)
            t.equal(response.body, body, `${user} ${url}`)
          }
        }
      }
      const etagsOf = async (user: string) => {
        const responses = await Promise.all(urls.map((url) => b(url, headers[user])))
        return responses.map(({ headers }) => headers.etag)
      }
      const [etags, others] = [await etagsOf(first), await etagsOf(second)]
      t.ok(etags.every((etag, n) => etag === undefined || etag !== others[n]), 'no ETag is the same')

      clock.time += 1_000
      calls()
      const url = `${projects}/${instanceOf[first]}/memUsage?${range}`
      t.equal((await a(url, headers[first])).statusCode, 200)
      t.equal(calls('metrics'), 1)
      t.equal((await b(url, headers[first])).statusCode, 200)
      t.equal(calls('metrics'), 0, 'the response is shared')
    })
  }
}
