import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { startSimulator } from '#simulator/simulator.js'
import { instances, series, summary } from '#test/support/redis/replicas.js'
import { runServer } from '#test/support/server-process.js'
import { startBalancer } from './balancer.js'

// Each process takes seconds to start where the machine is busy.
t.setTimeout(600_000)

const restarts = 3
const clients = 24
const paths = [summary, instances(5), series('cpuUsage'), series('networkIo'), '/healthz']

t.test('a restart of one process after the other, under load, loses no request', async (t) => {
  const simulator = await startSimulator({ projects: 3, instances: 20, latency: 5 })
  t.teardown(() => simulator.close())
  // Little is kept, and so most requests have something to wait for when their process is to end.
  const env = { ...simulator.env, PORT: '0', SERIES_TTL: '1s', INSTANCES_TTL: '0', SUMMARY_TTL: '1s', LOG_LEVEL: 'info' }
  const start = async () => {
    const { child, exited, logged } = runServer(t, env)
    const { port } = new URL((await logged('"reach":"all"'))!)
    return { port: Number(port), end: () => { child.kill('SIGTERM'); return exited } }
  }
  // One after the other: together they may take longer than a start is given.
  const processes = [await start(), await start()]
  const ports = processes.map(({ port }) => port)
  const { asked, stop } = load(t, await startBalancer(t, ports))

  for (let n = 0; n < 2 * restarts; n++) {
    const before = asked.right
    while (asked.right < before + 10 * clients && asked.wrong.length === 0) await sleep(10)
    const code = await processes[n % 2]!.end()
    t.equal(code, 0)
    processes[n % 2] = await start()
    ports[n % 2] = processes[n % 2]!.port
  }
  await stop()
  t.same(asked.wrong, [])
  t.comment(`${asked.right} requests, ${asked.shed} shed, ${2 * restarts} restarts`)
})

/** Clients that keep their connections and ask on and on, each for one thing after the other; none asks twice for what was not answered. */
function load (t: Test, origin: string) {
  const agent = new Agent({ connections: clients, pipelining: 1 })
  t.teardown(() => agent.destroy())
  const asked = { on: true, right: 0, shed: 0, wrong: [] as unknown[] }

  const ask = async (client: number) => {
    for (let n = client; asked.on; n++) {
      const path = paths[n % paths.length]!
      try {
        const { statusCode, body } = await request(origin + path, { dispatcher: agent })
        const text = await body.text()
        if (statusCode === 200) asked.right++
        // On a machine that is too busy a process says so, and is not asked again at once: what it refuses for that is not lost by a restart.
        else if (statusCode === 503 && text.includes('The service is overloaded.')) {
          asked.shed++
          await sleep(1_000)
        } else asked.wrong.push({ path, statusCode, text })
      } catch (err) {
        asked.wrong.push({ path, err })
      }
    }
  }
  const asking = Array.from({ length: clients }, (_, client) => ask(client))
  return { asked, stop: async () => { asked.on = false; await Promise.all(asking) } }
}
