import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { buildApp } from '#app.js'
import { isReady } from '#lib/redis/connection.js'
import { startSimulator } from '#simulator/simulator.js'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const outages: Record<string, { begin: () => Promise<void>, end: () => Promise<void> }> = {
    hangs: { begin: redis.pause, end: async () => redis.resume() },
    'is down': { begin: redis.kill, end: redis.start }
  }
  for (const [name, { begin, end }] of Object.entries(outages)) {
    t.test(`the service starts while Redis ${name}, and shares values afterwards`, async (t) => {
      const simulator = await startSimulator({ projects: 0, instances: 0 })
      t.teardown(() => simulator.close())
      await begin()
      const app = await buildApp({ env: { ...simulator.env, REDIS_URL: redis.url, OVERLOAD_DELAY: '0' } })
      t.teardown(() => app.close())
      t.equal((await app.inject(series('cpuUsage'))).statusCode, 200)
      t.notOk(isReady(app.redis!))
      await end()
      while (!isReady(app.redis!)) await sleep(10)
      t.equal((await app.inject(series('memUsage'))).statusCode, 200)
      t.equal((await redis.keys()).length, 1)
    })
  }
}
