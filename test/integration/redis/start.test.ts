import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { buildApp } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import { isReady } from '#lib/redis/connection.js'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const states: Record<string, { away: () => Promise<void>, back: () => Promise<void> }> = {
    hangs: { away: redis.pause, back: async () => redis.resume() },
    'is down': { away: redis.kill, back: redis.start }
  }
  for (const [name, { away, back }] of Object.entries(states)) {
    t.test(`starts and answers while Redis ${name}, and shares when it is back`, async (t) => {
      const simulator = await startSimulator({ projects: 0, instances: 0 })
      t.teardown(() => simulator.close())
      await away()
      const app = await buildApp({ env: { ...simulator.env, REDIS_URL: redis.url } })
      t.teardown(() => app.close())
      t.equal((await app.inject(series('cpuUsage'))).statusCode, 200)
      t.notOk(isReady(app.redis!))
      await back()
      while (!isReady(app.redis!)) await sleep(10)
      t.equal((await app.inject(series('memUsage'))).statusCode, 200)
      t.equal((await redis.keys()).length, 1)
    })
  }
}
