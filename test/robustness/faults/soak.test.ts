import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { mean, shuffle } from '../../../bench/statistics.js'
import { parseDuration } from '#lib/duration.js'
import type { Case } from './case.js'
import { cloud } from './cases/cloud.js'
import { connections } from './cases/connections.js'
import { errorResponses, invalidResponses } from './cases/responses.js'
import { simultaneous } from './cases/simultaneous.js'
import { marker } from './faults.js'
import { startLoadClient } from './load-client.js'
import type { LoadClient } from './load-client.js'
import { record } from './record.js'
import { errorsIn, requestsFor } from './requests.js'
import { titleOf } from './run-case.js'
import { startServer } from './server.js'
import { startTestbed } from './testbed.js'
import { openFilesOf, watchProcess } from './watch.js'
import type { Samples } from './watch.js'

const lengthSeconds = parseDuration(process.env.SOAK ?? '20s')!
/** Concurrent clients that find the maximum rate. */
const clients = 256
/** A rate is within the capacity if the 99th percentile of the latency is below this limit. */
const maxLatencyMs = 100
/** Each candidate rate is measured for this time. */
const measureSeconds = 5
/** A fault lasts 5 s, and one starts every 20 s. */
const [faultSeconds, periodSeconds] = [5, 20]
/** The memory check needs this number of faults. */
const minFaults = 12
/** The service closes an idle connection before its upstream does. */
const keepAliveMs = 5_000
/** Limit of the time in which it has closed all of them. */
const maxIdleMs = 70_000
t.setTimeout((lengthSeconds + 240) * 1_000)

/** Faults that can start and end while a server runs; the metrics store is InfluxDB. */
const faults = shuffle([...connections, ...invalidResponses, ...errorResponses, ...cloud, ...simultaneous]
  .filter(({ fromStart, env, clockShiftMs }) => !(fromStart ?? env ?? clockShiftMs))
  .filter(({ store = 'influxdb' }) => store === 'influxdb'))

const testbed = await startTestbed(t, { keepAliveMs })
if (testbed) {
  await t.test('the service works at 80 % of its capacity while its upstreams fail in turn', async (t) => {
    const server = await startServer(t, { ...testbed.env, LOG_LEVEL: 'info' })
    const { cloud } = testbed.simulator
    const ofProjects = [...cloud.instancesByProject].flatMap(([id, [instance]]) =>
      requestsFor(cloud.projects.get(id)!, instance!.id, testbed.minutes))
    const requests = [...testbed.cachedRequests, ...testbed.uncachedRequests, ...ofProjects]
    const paths = requests.map(({ path }) => path)

    const truths = [testbed.truth()]
    let checked = 0
    const errors: string[] = []
    const loadClient = startLoadClient(t, server.origin, paths, (path, text) => {
      checked++
      errors.push(...errorsIn(requests[path]!, text, truths))
    })
    const port = Number(new URL(server.origin).port)
    const openFilesBefore = openFilesOf(server.pid, port)
    const { capacity, latencyLimitMs } = await measureCapacity(loadClient)
    const rate = Math.round(0.8 * capacity)
    const watch = watchProcess(server.pid, port)
    const load = loadClient.atRate(rate, lengthSeconds, marker)

    const injected: string[] = []
    for (let n = 0; (n + 1) * periodSeconds <= lengthSeconds; n++) {
      const one: Case = faults[n % faults.length]!
      await sleep((periodSeconds - faultSeconds) / 2 * 1_000)
      watch.mark()
      const recover = await one.inject(testbed, one.upstreams, server)
      await sleep(faultSeconds * 1_000)
      await recover()
      await sleep((periodSeconds - faultSeconds) / 2 * 1_000)
      injected.push(titleOf(one))
    }
    const { sent, statuses, withoutResponse, leaked, latencies, utilization } = await load
    const samples = watch.stop()
    const maxOpenFiles = openFilesBefore + 2
    const openFilesAfter = await awaitOpenFiles(() => openFilesOf(server.pid, port), maxOpenFiles)
    const openFilesTitle = `no file stays open: ${openFilesBefore} before, ${openFilesAfter} after`
    t.ok(openFilesAfter <= maxOpenFiles, openFilesTitle)

    t.equal(withoutResponse.length, 0, `each of ${sent} requests has a response`)
    t.same(withoutResponse.slice(0, 5), [])
    t.notOk(statuses[500], 'no response is an error of the service itself')
    t.ok(checked > 0)
    t.same(errors.slice(0, 5), [], 'no number is wrong')
    t.equal(leaked, 0, 'no response contains text of an upstream')
    t.equal(await server.end(), 0, 'the process runs until SIGTERM')
    t.notMatch(server.output(), /unhandled|uncaught|"level":60/i)
    t.notOk(server.output().includes(marker))

    const third = Math.ceil(samples.memory.idle.length / 3)
    const trend = ({ idle, all }: Samples) =>
      [mean(idle.slice(0, third)), mean(idle.slice(-third)), Math.max(...all)].map(Math.round)
    const [memory, openFiles] = [trend(samples.memory), trend(samples.openFiles)]
    if (injected.length >= minFaults) t.ok(memory[1]! <= 1.2 * memory[0]!, `memory does not grow: ${memory}`)
    record({
      seconds: lengthSeconds,
      latencyLimitMs,
      capacity,
      rate,
      sent,
      statuses,
      withoutResponse: withoutResponse.length,
      checked,
      wrong: errors.length,
      latencies: latencies.map(Math.round),
      memory,
      openFiles,
      utilization: Math.round(utilization * 100) / 100,
      faults: injected
    })
  })
}

/** Waits until so few files are open, within a limit. @returns how many are open then */
async function awaitOpenFiles (openFiles: () => number, max: number) {
  const started = performance.now()
  while (openFiles() > max && performance.now() - started < maxIdleMs) await sleep(500)
  return openFiles()
}

/**
 * Finds the capacity: starts at the maximum rate of waiting clients, and lowers it by 5 % until latencies are
 * low. The maximum itself is too high, since its responses are late. On a busy machine some responses are
 * late at any rate, so the search ends at half of the maximum.
 * @returns requests per second, and the 99th percentile of the latency at that rate in milliseconds
 */
async function measureCapacity (loadClient: LoadClient) {
  const maxRate = Math.round(await loadClient.maxRate(clients, measureSeconds))
  for (let rate = maxRate; ; rate = Math.round(0.95 * rate)) {
    const { latencies: [, p99] } = await loadClient.atRate(rate, measureSeconds, marker)
    if (p99! < maxLatencyMs || rate < maxRate / 2) {
      return { capacity: rate, latencyLimitMs: Math.max(maxLatencyMs, Math.ceil(p99!)) }
    }
  }
}
