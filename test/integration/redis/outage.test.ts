import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { instances, series, startReplicas, summary } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  // Fresh for a second, so that Redis is asked again and again.
  const { a, b, reads } = await startReplicas(t, redis.url, {
    SERIES_TTL: '1s', INSTANCES_TTL: '1s', SUMMARY_TTL: '1s'
  })
  const both = [a, b]
  await Promise.all(both.map(({ logged }) => logged('Redis available')))
  const paths = [summary, series('cpuUsage'), series('diskRead')]
  const right = new Map(
    await Promise.all(paths.map(async (path) => [path, (await a.get(path)).body] as const))
  )

  /**
   * Asks both processes for everything, over and over, until it is told to stop: how many answers were right,
   * and those that were not.
   */
  const askOn = () => {
    const state = { on: true, right: 0, wrong: [] as unknown[] }
    const askers = both.flatMap(({ get }) => paths.map(async (path) => {
      while (state.on) {
        const answer = await get(path).catch((err: unknown) => ({ err }))
        if ('status' in answer && answer.status === 200 && answer.body === right.get(path)) state.right++
        else state.wrong.push(answer)
        await sleep(5)
      }
    }))
    return { state, stop: async () => { state.on = false; await Promise.all(askers) } }
  }
  type Asking = ReturnType<typeof askOn>['state']

  /** So many right answers more. */
  const more = async (state: Asking, count: number) => {
    for (const goal = state.right + count; state.right < goal && state.wrong.length === 0;) await sleep(10)
  }

  /** Both share again, at the latest when they have noticed that Redis is back. */
  let page = 10
  const shareAgain = async () => {
    for (;;) {
      reads()
      page++
      await a.get(instances(page))
      const before = reads().length
      await b.get(instances(page))
      if (before > 0 && reads().length === 0) return
      await sleep(50)
    }
  }

  const outages: Record<string, { begin: () => Promise<void>, end: () => Promise<void> }> = {
    'is killed, and started again': { begin: redis.kill, end: redis.start },
    'hangs, and goes on': { begin: redis.pause, end: async () => redis.resume() },
    'hangs, is killed, and started again': {
      begin: redis.pause, end: async () => { await redis.kill(); await redis.start() }
    }
  }
  for (const [n, [name, { begin, end }]] of Object.entries(outages).entries()) {
    t.test(`all is answered while Redis ${name}`, async (t) => {
      const { state, stop } = askOn()
      await more(state, 100)
      await begin()
      await more(state, 1_000)
      await end()
      await more(state, 100)
      await stop()
      t.same(state.wrong, [])
      await shareAgain()
      for (const { told } of both) {
        while (told().length < 2 * n + 3) await sleep(10)
        t.match(told().join(), /^there(?:,gone,there)+$/, 'it is said when Redis goes, and when it is back')
      }
    })
  }
  t.test('both end when they are asked to, while Redis hangs', async (t) => {
    await redis.pause()
    t.same(await Promise.all(both.map(({ end }) => end())), [0, 0])
  })
}
