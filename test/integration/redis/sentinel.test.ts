import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { buildApp } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import { startSentinel } from '#test/support/redis/nodes.js'
import { startPair } from './pair.js'

const passwords = { redis: 's3cret-r', sentinel: 's3cret&s=' }
const found = await startSentinel(t, passwords)
if (found) {
  const { master, replica, port, login } = found
  const url = (own: string, name = 'main') => {
    const hosts = `127.0.0.1:1,127.0.0.1:${port}`
    return `redis+sentinel://${login}${hosts}/${name}?sentinelPassword=${encodeURIComponent(own)}`
  }

  const refusals: Array<[string, string, RegExp]> = [
    ['an unknown master', url(passwords.sentinel, 'other'), /127\.0\.0\.1:\d+ because ERR No such master/],
    ['a wrong password of the Sentinel', url('s3cret-wrong'), /WRONGPASS/],
    ['no password of the Sentinel', url('').replace(/[?].*/, ''), /NOAUTH/]
  ]
  for (const [name, REDIS_URL, reason] of refusals) {
    t.test(`the service works with ${name}, and logs the reason without a secret`, async (t) => {
      const simulator = await startSimulator({ projects: 0, instances: 0 })
      t.teardown(() => simulator.close())
      const log: string[] = []
      const logger = { stream: { write: (line: string) => { log.push(line) } } }
      const env = { ...simulator.env, REDIS_URL, LOG_LEVEL: 'trace', OVERLOAD_DELAY: '0' }
      const app = await buildApp({ env, logger })
      t.teardown(() => app.close())
      const lines = () => log.filter((line) => line.includes('Redis')).map((line) => JSON.parse(line))
      while (lines().length === 0) await sleep(10)
      t.equal((await app.inject('/v1/openstack/projects/summary')).statusCode, 200)
      t.match(lines(), [{ level: 40, reason }])
      t.notMatch(log.join(''), 's3cret')
    })
  }

  t.test('all requests succeed during a failover, and values are shared afterwards', async (t) => {
    const { a, b, clock, calls } = await startPair(t, url(passwords.sentinel))
    let n = 0
    /** Requests a page from both services. @returns whether the second one had the first one's response */
    const isShared = async () => {
      // Each page lists the projects again, unless it is shared.
      clock.time += 10
      const path = `/v1/openstack/projects/summary?projectName=${++n}`
      t.equal((await a(path)).statusCode, 200)
      calls()
      t.equal((await b(path)).statusCode, 200)
      return calls() === 0
    }
    t.ok(await isShared())
    t.not((await master.keys()).length, 0, 'on the master')
    await master.kill()
    const before = n
    while (!await isShared()) await sleep(100)
    t.ok(n > before + 1, 'not before the failover')
    t.match(await replica.client.info('replication'), /role:master/)
  })
}
