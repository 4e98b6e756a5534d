// Asks the service at an address, in a process of its own, so that it does not take the time of the
// upstreams: told by messages, and answers with them.
import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'

/** One answer in so many is sent to be compared with what is true. */
const sample = 50
/** Milliseconds between two looks at what is due. */
const tick = 5

// A pool looks through its connections for one that is free, so several small ones take less time than one
// that is as large as all of them. An idle connection ends long before the server would end it.
const pools = Array.from(
  { length: 16 },
  () => new Pool(process.argv[2], { connections: 64, keepAliveTimeout: 2_000, keepAliveMaxTimeout: 2_000 })
)

/**
 * Requests a second that are answered with 200, where so many callers each ask when they have their last
 * answer.
 */
async function atMost ({ paths, callers, seconds }) {
  const end = performance.now() + seconds * 1_000
  let [next, answered] = [0, 0]
  await Promise.all(Array.from({ length: callers }, async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pools[next % pools.length].request({
        method: 'GET', path: paths[next++ % paths.length]
      })
      await body.text()
      if (statusCode === 200) answered++
    }
  }))
  return answered / seconds
}

/**
 * Asks so many times a second for some seconds, for one path after the other, whether what was asked before
 * has been answered or not.
 */
async function atRate ({ paths, rate, seconds, marker }) {
  const asked = { sent: 0, statuses: {}, unanswered: [], leaked: 0, latency: [], busy: 0 }
  const latencies = []
  const idle = performance.eventLoopUtilization()
  const start = performance.now()
  const load = { underWay: 0 }

  async function ask (number) {
    const due = start + number * 1_000 / rate
    const path = paths[number % paths.length]
    try {
      const { statusCode: status, body } = await pools[number % pools.length].request({ method: 'GET', path })
      const text = await body.text()
      asked.statuses[status] = (asked.statuses[status] ?? 0) + 1
      latencies.push(performance.now() - due)
      if (text.includes(marker)) asked.leaked++
      if (status === 200 && number % sample === 0) process.send({ path: number % paths.length, text })
    } catch (err) {
      asked.unanswered.push(`${path}: ${err}`)
    }
    load.underWay--
  }

  for (let now = 0; now < seconds * 1_000; now = performance.now() - start) {
    while (asked.sent < now / 1_000 * rate) {
      load.underWay++
      ask(asked.sent++)
    }
    await new Promise((resolve) => setTimeout(resolve, tick))
  }
  asked.busy = performance.eventLoopUtilization(idle).utilization
  while (load.underWay > 0) await new Promise((resolve) => setTimeout(resolve, tick))
  latencies.sort((a, b) => a - b)
  asked.latency = [0.5, 0.99, 1].map(
    (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]
  )
  return asked
}

const tasks = { atMost, atRate }
process.on('message', async ({ task, ...options }) => { process.send({ done: await tasks[task](options) }) })
