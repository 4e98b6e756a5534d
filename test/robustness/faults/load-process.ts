// The load generator. It has its own process, since the upstreams run in the process of the test.
import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'

export type LoadTask = MaxRateTask | AtRateTask
interface MaxRateTask { task: 'maxRate', paths: string[], clients: number, seconds: number }
interface AtRateTask { task: 'atRate', paths: string[], rate: number, seconds: number, marker: string }

/** A sampled response, or the result of a task. */
export type LoadMessage = { path: number, text: string } | { done: number | LoadResult }

/** The result of load at a fixed rate. */
export interface LoadResult {
  sent: number
  /** Responses by status. */
  statuses: Record<number, number>
  /** The errors of requests without a response. */
  withoutResponse: string[]
  /** Responses that contain the marker. */
  leaked: number
  /** Milliseconds since a request was due: median, 99th percentile, maximum. */
  latencies: number[]
  /** Share of time in which the load process was busy. Near 1, the load process itself is the bottleneck. */
  utilization: number
}

/** One in 50 responses is sent to the test for comparison with the true values. */
const sampleInterval = 50
/** Time between two checks for due requests. */
const tickMs = 5

// A pool searches its connections for a free one, so several small pools are faster than a large one.
// Idle connections end long before the server would close them.
const pools = Array.from({ length: 16 }, () => new Pool(process.argv[2]!, {
  connections: 64, keepAliveTimeout: 2_000, keepAliveMaxTimeout: 2_000
}))
const poolOf = (number: number) => pools[number % pools.length]!

async function maxRate ({ paths, clients, seconds }: MaxRateTask) {
  const end = performance.now() + seconds * 1_000
  let [next, successful] = [0, 0]
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < end) {
      const path = paths[next % paths.length]!
      const { statusCode, body } = await poolOf(next++).request({ method: 'GET', path })
      await body.text()
      if (statusCode === 200) successful++
    }
  }))
  return successful / seconds
}

async function atRate ({ paths, rate, seconds, marker }: AtRateTask) {
  const result: LoadResult = {
    sent: 0, statuses: {}, withoutResponse: [], leaked: 0, latencies: [], utilization: 0
  }
  const latencies: number[] = []
  const idle = performance.eventLoopUtilization()
  const start = performance.now()
  const load = { inFlight: 0 }

  async function send (number: number) {
    const due = start + number * 1_000 / rate
    const index = number % paths.length
    const path = paths[index]!
    try {
      const { statusCode: status, body } = await poolOf(number).request({ method: 'GET', path })
      const text = await body.text()
      result.statuses[status] = (result.statuses[status] ?? 0) + 1
      latencies.push(performance.now() - due)
      if (text.includes(marker)) result.leaked++
      if (status === 200 && number % sampleInterval === 0) process.send!({ path: index, text })
    } catch (err) {
      result.withoutResponse.push(`${path}: ${err}`)
    }
    load.inFlight--
  }

  for (let now = 0; now < seconds * 1_000; now = performance.now() - start) {
    while (result.sent < now / 1_000 * rate) {
      load.inFlight++
      send(result.sent++)
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs))
  }
  result.utilization = performance.eventLoopUtilization(idle).utilization
  while (load.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, tickMs))
  latencies.sort((a, b) => a - b)
  result.latencies = [0.5, 0.99, 1].map((share) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]!)
  return result
}

process.on('message', async (task: LoadTask) => {
  process.send!({ done: task.task === 'maxRate' ? await maxRate(task) : await atRate(task) })
})
