import t from 'tap'
import { buildApp } from '#app.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, summary } from '#test/support/authenticated-service.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startPair } from './pair.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const urls = [
    summary, ...[adminProjectId, demoProjectId].map((project) => `${projects}/${project}/instances?limit=5`),
    ...[adminInstanceId, demoInstanceId].flatMap((instance) => ['cpuUsage', 'networkIo'].map((usage) => `${projects}/${instance}/${usage}?${range}`))
  ]
  const tenants = { demo: 'demo', monitor: 'admin' }

  for (const [one, other] of [['demo', 'monitor'], ['monitor', 'demo']] as const) {
    t.test(`what one process shares of ${one}'s no other gives out to ${other}`, async (t) => {
      await redis.client.flushall()
      const env = { AUTH: 'keystone' }
      const { a, b, clock, simulator, calls } = await startPair(t, redis.url, { env })
      const unshared = await buildApp({ env: { ...simulator.env, ...env, CACHE: 'off' }, now: () => clock.time })
      t.teardown(() => unshared.close())
      const login = async (name: keyof typeof tenants) =>
        ({ 'x-auth-token': (await logIn(simulator.env.OS_AUTH_URL!, { ...byPassword(name), ...onProject(tenants[name]) })).id })
      const headers = { [one]: await login(one), [other]: await login(other) }

      for (const caller of [one, other, one, other]) {
        for (const url of urls) {
          const { statusCode, body } = await unshared.inject({ url, headers: headers[caller] })
          for (const get of [a, b]) {
            const answer = await get(url, headers[caller])
            t.same({ statusCode: answer.statusCode, body: answer.body }, { statusCode, body }, `${caller} ${url}`)
          }
        }
      }
      const etags = async (caller: string) => (await Promise.all(urls.map((url) => b(url, headers[caller])))).map(({ headers }) => headers.etag)
      const [own, others] = [await etags(one), await etags(other)]
      t.ok(own.every((etag, n) => etag === undefined || etag !== others[n]), 'nor is a tag the same')

      clock.time += 1_000
      calls()
      const series = `${projects}/${one === 'demo' ? demoInstanceId : adminInstanceId}/memUsage?${range}`
      t.equal((await a(series, headers[one])).statusCode, 200)
      t.equal(calls('metrics'), 1)
      t.equal((await b(series, headers[one])).statusCode, 200)
      t.equal(calls('metrics'), 0, 'and yet it is shared')
    })
  }
}
