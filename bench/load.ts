import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'

/** The requests of a load, and the number of connections that send them. */
export interface Target {
  origin: string
  /**
   * Each connection requests its own share of these in turn, so that no two connections request the same
   * path.
   */
  paths: string[]
  connections: number
  headers?: Record<string, string>
}

export interface LoadResult {
  /** Successful (2xx) responses a second. */
  rate: number
  /** Milliseconds of each successful request. */
  latencies: number[]
  /** The time of each successful response, by `performance.now()`. */
  times: number[]
  /** Requests sent, including those in flight at the end. */
  sent: number
  /** Requests without a 2xx response. */
  failed: number
  /**
   * Share of the time in which the thread of the load generator was busy: near 1, the generator is the limit.
   */
  busy: number
}

/**
 * Sends requests for some seconds; a connection sends the next request once it has the response to the last
 * one.
 */
export async function runLoad (
  { origin, paths, connections, headers }: Target, seconds: number
): Promise<LoadResult> {
  const latencies: number[] = []
  const times: number[] = []
  let client = 0
  const idle = performance.eventLoopUtilization()
  const run = autocannon({
    url: origin,
    connections,
    headers,
    duration: seconds,
    sampleInt: 50,
    timeout: 30,
    setupClient: (one) => {
      one.setRequests(shareOf(paths, client++, connections))
      // autocannon would decode each body, which nothing reads. With long bodies and many connections that
      // would limit the measurement.
      one.pipelinedRequests.addBody = () => {}
    }
  })
  let start = performance.now()
  run.once('start', () => { start = performance.now() })
  // autocannon's own histogram has whole milliseconds, which is too coarse for one connection.
  run.on('response', (_client, status: number, _bytes, ms: number) => {
    if (status < 200 || status > 299) return
    latencies.push(ms)
    times.push(performance.now())
  })
  const { errors, non2xx, requests } = await run
  return {
    rate: latencies.length / (performance.now() - start) * 1000,
    latencies,
    times,
    sent: requests.sent,
    failed: errors + non2xx,
    busy: performance.eventLoopUtilization(idle).utilization
  }
}

function shareOf (paths: string[], client: number, clients: number) {
  const share = paths.filter((_, n) => n % clients === client)
  // With fewer paths than connections, several connections request the same path.
  return (share.length > 0 ? share : [paths[client % paths.length]!]).map((path) => ({ path }))
}
