import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { instances, series, startReplicas, summary } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  // Responses are fresh for a second, so that Redis is used all the time.
  const { a, b, fetches } = await startReplicas(t, redis.url, {
    SERIES_TTL: '1s', INSTANCES_TTL: '1s', SUMMARY_TTL: '1s'
  })
  const replicas = [a, b]
  await Promise.all(replicas.map(({ logged }) => logged('Redis available')))
  const paths = [summary, series('cpuUsage'), series('diskRead')]
  const bodies = new Map<string, string>()
  for (const path of paths) bodies.set(path, (await a.get(path)).body)

  /** Requests all paths from both processes until it is stopped, and counts the right responses. */
  const startLoad = () => {
    const state = { running: true, right: 0, wrong: [] as unknown[] }
    const loops = replicas.flatMap(({ get }) => paths.map(async (path) => {
      while (state.running) {
        const response = await get(path).catch((err: unknown) => ({ err }))
        const isRight = 'status' in response && response.status === 200 && response.body === bodies.get(path)
        if (isRight) state.right++
        else state.wrong.push(response)
        await sleep(5)
      }
    }))
    const stop = async () => {
      state.running = false
      await Promise.all(loops)
    }
    /** Waits for more right responses, or for a wrong one. */
    const waitFor = async (count: number) => {
      for (const goal = state.right + count; state.right < goal && state.wrong.length === 0;) await sleep(10)
    }
    return { state, stop, waitFor }
  }

  let limit = 10
  /** Waits until the processes share values, which begins when both have noticed that Redis is back. */
  const untilShared = async () => {
    for (;;) {
      fetches()
      limit++
      await a.get(instances(limit))
      const fetchedByA = fetches().length
      await b.get(instances(limit))
      if (fetchedByA > 0 && fetches().length === 0) return
      await sleep(50)
    }
  }

  const restart = async () => {
    await redis.kill()
    await redis.start()
  }
  const outages: Record<string, { begin: () => Promise<void>, end: () => Promise<void> }> = {
    'is killed and restarted': { begin: redis.kill, end: redis.start },
    'hangs and continues': { begin: redis.pause, end: async () => redis.resume() },
    'hangs, is killed and restarted': { begin: redis.pause, end: restart }
  }
  for (const [n, [name, { begin, end }]] of Object.entries(outages).entries()) {
    t.test(`all requests succeed while Redis ${name}, and the outage is logged`, async (t) => {
      const { state, stop, waitFor } = startLoad()
      await waitFor(100)
      await begin()
      await waitFor(1_000)
      await end()
      await waitFor(100)
      await stop()
      t.same(state.wrong, [])
      await untilShared()
      for (const { loggedStates } of replicas) {
        // A busy machine may lose Redis once more, and finds it again.
        while (loggedStates().length < 2 * n + 3 || loggedStates().at(-1) !== 'available') await sleep(10)
        t.match(loggedStates().join(), /^available(?:,unavailable,available)+$/)
      }
    })
  }

  t.test('both processes end on SIGTERM while Redis hangs', async (t) => {
    await redis.pause()
    t.same(await Promise.all(replicas.map(({ end }) => end())), [0, 0])
  })
}
