import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'

/** What is asked, and by how many connections at once. */
export interface Target {
  origin: string
  /** Each connection has a share of these of its own and asks for them in turn, so that no two ask for the same at once. */
  paths: string[]
  connections: number
  headers?: Record<string, string>
}

export interface LoadResult {
  /** Requests answered a second, with 2xx as all that is counted as answered. */
  rate: number
  /** Milliseconds of each answered request. */
  latencies: number[]
  /** When each of them was answered, by `performance.now()`. */
  times: number[]
  /** Requests sent, with those that were under way at the end. */
  sent: number
  /** Requests that were not answered with 2xx. */
  failed: number
  /** Share of the time in which the thread that makes the load was busy: near 1, it is what is measured. */
  busy: number
}

/** Asks for so many seconds, a connection's next request when its last one has been answered. */
export async function runLoad ({ origin, paths, connections, headers }: Target, seconds: number): Promise<LoadResult> {
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
      // It would make a text of each body, which nobody reads, and of long ones by many connections that limits what can be measured.
      one.pipelinedRequests.addBody = () => {}
    }
  })
  let start = performance.now()
  run.once('start', () => { start = performance.now() })
  // Its own histogram has whole milliseconds, too coarse for a lone request.
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
  const own = paths.filter((_, n) => n % clients === client)
  // Where there are fewer paths than connections, they have to be shared.
  return (own.length > 0 ? own : [paths[client % paths.length]!]).map((path) => ({ path }))
}
