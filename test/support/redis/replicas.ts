import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

const projects = '/v1/openstack/projects'
const demo = `${projects}/da9572dd8c0a4857aa12d9c4cbb76306`
const instance = `${projects}/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c`
/** An hour in the past: its series no longer change. */
const range = 'timeRangeFrom=1795431600&timeRangeTo=1795435200&groupBy=1m'

export const summary = `${projects}/summary`
/** The URL of a page of instances. Each limit makes a response of its own, as each name of `series` does. */
export const instances = (limit: number) => `${demo}/instances?limit=${limit}`
type SeriesName = 'cpuUsage' | 'memUsage' | 'diskRead' | 'diskWrite' | 'networkIo' | 'networkPackets'
export const series = (name: SeriesName) => `${instance}/${name}?${range}`

/** Responses stay fresh for longer than any test takes. */
const longTtls = { SERIES_TTL: '1h', INSTANCES_TTL: '1h', SUMMARY_TTL: '1h', STALE_LIMIT: '2h' }

/** Starts a process of the service, and waits until it listens and has found what its credential may read. */
async function startReplica (t: Test, env: Record<string, string>) {
  const { child, output, logged, exited } = runServer(t, { ...longTtls, PORT: '0', ...env })
  const origin = await logged('"reach":"all"')
  return {
    logged,
    /** Sends SIGTERM. @returns the exit code */
    end () {
      child.kill('SIGTERM')
      return exited
    },
    /** The states of Redis that it has logged so far. */
    loggedStates: () =>
      Array.from(output.stdout.matchAll(/Redis (available|unavailable)/g), ([, state]) => state),
    async get (path: string, headers?: Record<string, string>) {
      const response = await fetch(origin + path, { headers })
      return { status: response.status, etag: response.headers.get('etag')!, body: await response.text() }
    }
  }
}

/**
 * Requests that each process sends for itself: logins, the credential's access, excluded domains, versions.
 */
const ownRequests = /^identity .*\/(?:tokens|projects\?name=admin|domains\?.*)$|^compute \/v2\.1\/$/

/** Starts two processes of the service over one simulated cloud and the Redis at `url`. */
export async function startReplicas (t: Test, url: string, env: Record<string, string> = {}) {
  const simulator = await startSimulator({ projects: 5, instances: 20 })
  t.teardown(() => simulator.close())
  // One after the other: together they may exceed the time limit of a start.
  const [a, b] = [
    await startReplica(t, { ...simulator.env, REDIS_URL: url, ...env }),
    await startReplica(t, { ...simulator.env, REDIS_URL: url, ...env })
  ]
  /** The requests for data that the cloud has received since the last call of this function. */
  const fetches = () => simulator.calls.splice(0)
    .map(({ upstream, path, query }) => `${upstream} ${path}${query.size > 0 ? `?${query}` : ''}`)
    .filter((call) => !ownRequests.test(call))
  fetches()
  return { a, b, fetches }
}

/** Tests that two processes over the Redis at `url` fetch once what both are requested. */
export async function testSharing (t: Test, url: string) {
  const { a, b, fetches } = await startReplicas(t, url)
  await Promise.all([a, b].map(({ logged }) => logged('Redis available')))

  /**
   * Sends a request to both processes, five times each at once.
   * @returns the one body that all responses have
   */
  const requestConcurrently = async (t: Test, path: string) => {
    const responses = await Promise.all([a, b, a, b, a, b, a, b, a, b].map(({ get }) => get(path)))
    for (const response of responses) t.same(response, { ...responses[0], status: 200 })
    return responses[0]!.body
  }

  t.test('concurrent requests to both processes share one fetch', async (t) => {
    const { length } = JSON.parse(await requestConcurrently(t, summary))
    const quotas = fetches()
    t.equal(quotas.length, 1 + 3 * length)
    t.equal(new Set(quotas).size, quotas.length)
    await requestConcurrently(t, instances(5))
    const page = [
      /^compute .*\/limits/, /^compute .*\/servers\/detail/, /^identity .*\/projects\//, /^metrics \/query/
    ]
    t.match(fetches().sort(), page)
    await requestConcurrently(t, series('cpuUsage'))
    t.same(fetches(), ['metrics /query'])
  })

  t.test('one process serves the responses that the other one has cached', async (t) => {
    for (const path of [`${summary}?limit=3`, instances(6), series('memUsage'), series('networkIo')]) {
      const { status, etag, body } = await a.get(path)
      t.equal(status, 200)
      t.not(fetches().length, 0)
      t.same(await b.get(path), { status, etag, body })
      t.match(await b.get(path, { 'if-none-match': etag }), { status: 304, etag, body: '' })
      t.same(fetches(), [], path)
    }
  })

  t.test('neither process fetches a quota again for another page', async (t) => {
    for (const [n, { get }] of [a, b].entries()) {
      t.equal((await get(`${summary}?limit=${n + 1}`)).status, 200)
      t.match(fetches(), [/^identity .*\/projects\?limit=1000$/])
    }
  })

  t.test('both processes end on SIGTERM', async (t) => {
    t.same(await Promise.all([a.end(), b.end()]), [0, 0])
  })
}
