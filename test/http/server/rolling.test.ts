import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { startSimulator } from '#simulator/simulator.js'
import { instances, series, summary } from '#test/support/redis/replicas.js'
import { runServer } from '#test/support/server-process.js'
import { startBalancer } from './balancer.js'

const restarts = 6
const clients = 24
const paths = [summary, instances(5), series('cpuUsage'), series('networkIo'), '/healthz']

for (const WORKERS of ['1', '2']) {
  t.test(`a rolling restart under load loses no request with WORKERS=${WORKERS}`, async (t) => {
    const simulator = await startSimulator({ projects: 3, instances: 20, latency: 100 })
    t.teardown(() => simulator.close())
    // Short TTLs and slow upstreams: most requests wait for an upstream when their process is to end.
    const ttls = { SERIES_TTL: '1s', INSTANCES_TTL: '0', SUMMARY_TTL: '1s' }
    const start = async () => {
      const env = { ...simulator.env, ...ttls, PORT: '0', LOG_LEVEL: 'info', WORKERS }
      const { child, exited, logged } = runServer(t, env)
      const { port } = new URL((await logged('listening at'))!)
      return { port: Number(port), end: () => { child.kill('SIGTERM'); return exited } }
    }
    // One after another: two starts at once may exceed the time limit of a start.
    const services = [await start(), await start()]
    const ports = services.map(({ port }) => port)
    const { counts, stop } = generateLoad(t, await startBalancer(t, ports))

    for (let n = 0; n < restarts; n++) {
      const before = counts.completed
      while (counts.completed < before + 10 * clients && counts.failed.length === 0) await sleep(10)
      const code = await services[n % 2]!.end()
      t.equal(code, 0)
      services[n % 2] = await start()
      ports[n % 2] = services[n % 2]!.port
    }
    await stop()
    t.same(counts.failed, [])
    t.comment(`${counts.completed} requests, ${counts.shed} shed, ${restarts} restarts`)
  })
}

/** Sends requests from clients with persistent connections, one at a time each. No request is retried. */
function generateLoad (t: Test, origin: string) {
  const agent = new Agent({ connections: clients, pipelining: 1 })
  t.teardown(() => agent.destroy())
  const counts = { running: true, completed: 0, shed: 0, failed: [] as unknown[] }

  const runClient = async (client: number) => {
    for (let n = client; counts.running; n++) {
      const path = paths[n % paths.length]!
      try {
        const { statusCode, body } = await request(origin + path, { dispatcher: agent })
        const text = await body.text()
        if (statusCode === 200) counts.completed++
        // On a busy machine a process sheds load. That is not a request that a restart has lost.
        else if (statusCode === 503 && text.includes('The service is overloaded.')) {
          counts.shed++
          await sleep(1_000)
        } else counts.failed.push({ path, statusCode, text })
      } catch (err) {
        counts.failed.push({ path, err })
      }
    }
  }
  const finished = Array.from({ length: clients }, (_, client) => runClient(client))
  return { counts, stop: async () => { counts.running = false; await Promise.all(finished) } }
}
