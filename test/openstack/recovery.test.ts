import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { failureCounts, failuresBetween } from '#test/robustness/faults/failure-counts.js'
import { record } from '#test/robustness/faults/record.js'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import type { Summary } from './cloud.js'
import { service, stop } from './service.js'

const outageMs = 4_000
/** When the recovery counts as failed. It takes a second or two, and more on a busy machine. */
const maxRecoveryMs = 60_000
/** Concurrent clients: enough to open the circuit of a failing service. */
const clients = 8

// Responses without metrics are not cached, so the test needs a metrics store, even without samples.
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())
const env = {
  INFLUX_URL: simulator.env.INFLUX_URL!,
  OS_CLOUD: 'admin',
  CACHE: 'on',
  SUMMARY_TTL: '1s',
  INSTANCES_TTL: '1s',
  UPSTREAM_TIMEOUT: '2s'
}

/** The summary and the instances of a project. */
const urlsOf = ({ name, id }: Summary) => [`${summaryUrl}?projectName=${name}`, instancesUrl(id)]

for (const daemons of [
  ['cinder-api'],
  ['neutron-server'],
  ['nova-api'],
  ['keystone'],
  ['keystone', 'neutron-server', 'nova-api', 'cinder-api']
]) {
  const title = `${daemons.join(', ')}: cached requests succeed during an outage and are refreshed afterwards`
  t.test(title, async (t) => {
    const app = await build(t, env)
    const metrics = { get: async (path: string) => ({ text: (await app.inject(path)).body }) }
    const before = await readSummary(await build(t, env))
    const [cachedUrls, uncachedUrls] = [urlsOf(before.demo!), urlsOf(before.web!)]
    for (const url of cachedUrls) t.equal((await read(app, url)).status, 200)
    const failuresBefore = await failureCounts(metrics)

    const [statuses, unavailable, errors] = [new Set<number>(), new Set<string>(), new Set<string>()]
    const durationsMs: number[] = []
    const load = { isRunning: true }
    const sending = Promise.all(Array.from({ length: clients }, async () => {
      while (load.isRunning) {
        for (const url of cachedUrls) {
          const response = await get(url)
          statuses.add(response.status)
          for (const name of unavailableIn(response)) unavailable.add(name)
          durationsMs.push(response.durationMs)
          for (const error of errorsIn(response)) errors.add(error)
        }
        await sleep(50)
      }
    }))
    t.teardown(() => { load.isRunning = false })

    await stop(t, ...daemons)
    const [summary, instances] = await Promise.all(uncachedUrls.map(get))
    await sleep(outageMs)
    const failures = failuresBetween(failuresBefore, await failureCounts(metrics))
    await service('start', daemons)
    const started = performance.now()
    while (!await isRefreshed() && performance.now() - started < maxRecoveryMs) await sleep(100)
    const recoveryMs = performance.now() - started
    load.isRunning = false
    await sending

    t.ok(recoveryMs < maxRecoveryMs, `responses are current ${Math.round(recoveryMs)} ms after the outage`)
    t.same([...statuses], [200])
    for (const response of [summary!, instances!]) for (const error of errorsIn(response)) errors.add(error)
    t.same([...errors], [], 'no number is wrong')
    t.ok(failures.length > 0, 'metrics count failures')
    t.strictSame(await readSummary(app), before)
    record({
      fault: `${daemons.join(', ')} stopped`,
      summary: outcomeOf(summary!),
      instances: outcomeOf(instances!),
      cached: { statuses: [...statuses], unavailable: [...unavailable].sort() },
      slowestMs: Math.round(Math.max(...durationsMs, summary!.durationMs, instances!.durationMs)),
      recoveryMs: Math.round(recoveryMs),
      failures
    })

    async function get (url: string) {
      const start = performance.now()
      const { status, body } = await read(app, url)
      return { url, status, body, durationMs: performance.now() - start }
    }

    /** Numbers of a summary that differ from before. `null` is correct if upstreams are unavailable. */
    function errorsIn ({ url, status, body }: Response & { url: string }) {
      if (status !== 200 || !url.startsWith(summaryUrl)) return []
      return (body as Summary[]).flatMap(({ unavailable, ...project }) => Object.entries(project)
        .filter(([field, value]) => value !== before[project.name]![field])
        .filter(([, value]) => value !== null || unavailable === undefined)
        .map(([field, value]) => `${field} of ${project.name} is ${value}`))
    }

    /** Whether all responses are complete, and no older than their TTL. */
    async function isRefreshed () {
      const responses = await Promise.all([...cachedUrls, ...uncachedUrls].map((url) => read(app, url)))
      const isComplete = !JSON.stringify(responses.map(({ body }) => body)).includes('"unavailable"')
      const isCurrent = responses.every(({ status, headers }) => status === 200 && Number(headers.age) <= 1)
      return isComplete && isCurrent
    }
  })
}

interface Response { status: number, body: unknown }

const outcomeOf = (response: Response) => ({
  statuses: [response.status], unavailable: unavailableIn(response)
})

/** The upstreams that a response lists as unavailable. */
const unavailableIn = ({ status, body }: Response) =>
  status === 200 ? [body as Summary | Summary[]].flat().flatMap(({ unavailable = [] }) => unavailable) : []
