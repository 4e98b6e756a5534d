import type { Test } from 'tap'
import type { usages } from '#lib/metrics/usages.js'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

const projects = '/v1/openstack/projects'
const demo = `${projects}/da9572dd8c0a4857aa12d9c4cbb76306`
const instance = `${projects}/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c`
/** An hour that is past, so that its series stays as it is. */
const range = 'timeRangeFrom=1795431600&timeRangeTo=1795435200&groupBy=1m'

export const summary = `${projects}/summary`
/** A page of instances, and series: as many of each as a test likes. */
export const instances = (limit: number) => `${demo}/instances?limit=${limit}`
export const series = (name: keyof typeof usages) => `${instance}/${name}?${range}`

/** Kept for longer than any test takes. */
const lasting = { SERIES_TTL: '1h', INSTANCES_TTL: '1h', SUMMARY_TTL: '1h', STALE_LIMIT: '2h' }

/** A process of the service that listens, and has asked the cloud what its credential reads. */
async function startReplica (t: Test, env: Record<string, string>) {
  const { child, output, logged, exited } = runServer(t, { ...lasting, PORT: '0', ...env })
  const origin = await logged('"reach":"all"')
  return {
    logged,
    /** Asks it to end; answers with its exit code. */
    end () {
      child.kill('SIGTERM')
      return exited
    },
    /** What it has logged of Redis, each time anew. */
    told: () => [...output.stdout.matchAll(/Redis is (there|gone)/g)].map(([, state]) => state),
    async get (path: string, headers?: Record<string, string>) {
      const answer = await fetch(origin + path, { headers })
      return { status: answer.status, etag: answer.headers.get('etag')!, body: await answer.text() }
    }
  }
}

/** Two processes of the service over one simulated cloud, which share through the Redis at `url`. */
export async function startReplicas (t: Test, url: string, env: Record<string, string> = {}) {
  const simulator = await startSimulator({ projects: 5, instances: 20 })
  t.teardown(() => simulator.close())
  // One after the other: together they may take longer than a start is given.
  const [a, b] = [
    await startReplica(t, { ...simulator.env, REDIS_URL: url, ...env }),
    await startReplica(t, { ...simulator.env, REDIS_URL: url, ...env })
  ]
  /**
   * What was read of the cloud since the last time that this was asked, without what each process asks for
   * itself now and then.
   */
  const reads = () => simulator.calls.splice(0)
    .map(({ upstream, path, query }) => `${upstream} ${path}${query.size > 0 ? `?${query}` : ''}`)
    .filter((call) => !own.test(call))
  reads()
  return { a, b, reads }
}

/** Logins, what the credential reads, domains that are left out, and versions. */
const own = /^identity .*\/(?:tokens|projects\?name=admin|domains\?.*)$|^compute \/v2\.1\/$/

/** That two processes over the Redis at `url` read the cloud once for all that both are asked. */
export async function testSharing (t: Test, url: string) {
  const { a, b, reads } = await startReplicas(t, url)
  await Promise.all([a, b].map(({ logged }) => logged('Redis available')))

  /** The same asked of both five times at once, and the answer that all give. */
  const atOnce = async (t: Test, path: string) => {
    const answers = await Promise.all([a, b, a, b, a, b, a, b, a, b].map(({ get }) => get(path)))
    for (const answer of answers) t.same(answer, { ...answers[0], status: 200 })
    return answers[0]!.body
  }

  t.test('what both are asked for at once is read once', async (t) => {
    const { length } = JSON.parse(await atOnce(t, summary))
    const quotas = reads()
    t.equal(quotas.length, 1 + 3 * length)
    t.equal(new Set(quotas).size, quotas.length)
    await atOnce(t, instances(5))
    t.match(reads().sort(), [
      /^compute .*\/limits/, /^compute .*\/servers\/detail/, /^identity .*\/projects\//, /^metrics \/query/
    ])
    await atOnce(t, series('cpuUsage'))
    t.same(reads(), ['metrics /query'])
  })

  t.test('what one has read the other answers with', async (t) => {
    for (const path of [`${summary}?limit=3`, instances(6), series('memUsage'), series('networkIo')]) {
      const { status, etag, body } = await a.get(path)
      t.equal(status, 200)
      t.not(reads().length, 0)
      t.same(await b.get(path), { status, etag, body })
      t.match(await b.get(path, { 'if-none-match': etag }), { status: 304, etag, body: '' })
      t.same(reads(), [], path)
    }
  })

  t.test('for another page no quota is read again by either', async (t) => {
    for (const [n, { get }] of [a, b].entries()) {
      t.equal((await get(`${summary}?limit=${n + 1}`)).status, 200)
      t.match(reads(), [/^identity .*\/projects$/])
    }
  })
  t.test('both end when they are asked to', async (t) => {
    t.same(await Promise.all([a.end(), b.end()]), [0, 0])
  })
}
