import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { UpstreamName } from '#simulator/simulator.js'
import type { Case, Recover } from './case.js'
import { failureCounts, failuresBetween } from './failure-counts.js'
import type { FailureCount } from './failure-counts.js'
import { marker } from './faults.js'
import { record } from './record.js'
import { errorsIn, routeKinds, unavailableIn } from './requests.js'
import type { RouteKind, TestRequest } from './requests.js'
import { startServer } from './server.js'
import type { Server, ServerResponse } from './server.js'
import type { StoreName } from './stores/stores.js'
import { startTestbed, upstreamNames } from './testbed.js'
import type { Testbed, TestbedOptions } from './testbed.js'
import type { Truth } from './truth.js'

/**
 * Limit of a response and of the recovery after a fault: who exceeds it waits for something that never comes.
 * On a quiet machine both take a few seconds at most, as the report says; on a busy one the times decide
 * nothing.
 */
const hangMs = 30_000
/** A cached response of this age is neither fresh nor within stale-while-revalidate. */
const staleAfterMs = 2_100
const pollIntervalMs = 100
/** Concurrent clients under load. */
const loadClients = 8

/** A response with its request. */
interface TestResponse extends ServerResponse {
  request: TestRequest
}

/** Runs cases over a metrics store in sequence, each with its own server. */
export async function runCases (cases: Case[], options: TestbedOptions = {}) {
  const { storeName = 'influxdb' } = options
  const testbed = await startTestbed(t, options)
  if (testbed === undefined) return
  for (const one of cases.filter(({ store = storeName }) => store === storeName)) {
    await t.test(titleOf(one), (t) => runCase(t, testbed, one, storeName))
  }
}

/** The failing upstreams, as the report names them. */
const locationOf = ({ upstreams, component }: Case) =>
  component ?? (upstreams.length === upstreamNames.length ? 'all' : upstreams.join(', '))
export const titleOf = (one: Case) => `${locationOf(one)}: ${one.name}`

async function runCase (t: Test, testbed: Testbed, one: Case, store: StoreName) {
  const { cachedRequests, uncachedRequests } = testbed
  const truths = [testbed.truth()]
  const clocks = () => [0, one.clockShiftMs ?? 0].map((shiftMs) => Date.now() + shiftMs)
  const proxyCounts = () => one.upstreams.map((name) => ({ ...testbed.proxies[name].counts }))
  let load: Load | undefined
  let recover: Recover = one.fromStart ? await one.inject(testbed, one.upstreams) : () => {}

  const server = await startServer(t, { ...testbed.env, ...one.env?.(testbed) })
  const started = performance.now()
  let cachedAt = started
  if (!one.fromStart) {
    // On a busy machine the first requests to a new server may time out.
    let before: TestResponse[]
    do {
      cachedAt = performance.now()
      before = await sendAll(server, cachedRequests)
    } while (before.some(({ status }) => status !== 200) && cachedAt - started < hangMs)
    const statuses = before.map(({ status }) => status)
    t.same(statuses, cachedRequests.map(() => 200), 'every request succeeds before the fault')
    t.same(allErrorsIn(before, truths, clocks()), [], 'with correct numbers')
    if (one.load) t.teardown((load = startLoad(server, cachedRequests)).stop)
  }

  const proxyCountsBefore = proxyCounts()
  const failuresBefore = one.fromStart ? [] : await failureCounts(server)
  if (!one.fromStart) recover = await one.inject(testbed, one.upstreams, server)
  // A fault may change what the cloud has.
  truths.push(testbed.truth())
  load?.setRequests([...cachedRequests, ...uncachedRequests])
  const [health, uncached] = await Promise.all([server.get('/healthz'), sendAll(server, uncachedRequests)])
  await sleep(Math.max(0, staleAfterMs - (performance.now() - cachedAt)))
  const cached = one.fromStart ? [] : await sendAll(server, cachedRequests)
  if (load) await sleep(staleAfterMs)
  const failures = failuresBetween(failuresBefore, await failureCounts(server))
  const proxyCountsAfter = proxyCounts()
  const during = [...uncached, ...cached, ...load?.responses.splice(0) ?? []]
  const uncachedOf = (kind: RouteKind) => uncached.filter(({ request }) => request.kind === kind)

  t.equal(health.status, 200, '/healthz returns 200')
  for (const kind of routeKinds) checkOutcome(t, kind, uncachedOf(kind), one)
  t.same(summaries(cached.filter(({ status }) => status !== 200)), [], 'cached requests succeed')
  t.same(summaries(during.filter(isFailure)), [], 'each request has a response')
  t.same(allErrorsIn(during, truths, clocks()), [], 'no number is wrong')
  t.same(summaries(during.filter(isInvalidProblem)), [], 'each error response is a valid problem')
  checkFailures(t, failures, one)
  const slowestMs = Math.max(...during.map(({ durationMs }) => durationMs))
  t.ok(slowestMs < hangMs, `the slowest response took ${Math.round(slowestMs)} ms`)

  await recover()
  const faultEnd = performance.now()
  const truth = await testbed.change()
  const allTruths = [...truths, truth]
  const requests = [...cachedRequests, ...uncachedRequests]
  const recoveryMs = await awaitRecovery(t, { server, requests, truth, allTruths, faultEnd, clocks })
  t.ok(recoveryMs < hangMs, `the service recovers within ${Math.round(recoveryMs)} ms`)
  await load?.stop()
  const afterwards = load?.responses ?? []
  t.same(summaries(afterwards.filter(isFailure)), [], 'each request has a response after the fault')
  t.same(allErrorsIn(afterwards, allTruths, clocks()), [], 'with correct numbers')

  const exitCode = server.isRunning() ? await server.end() : null
  t.equal(exitCode, 0, 'the process runs until SIGTERM')
  const output = server.output()
  const leaks = during.some(({ text, headers }) => `${text}${JSON.stringify(headers)}`.includes(marker))
  t.notOk(leaks, 'no response contains text of an upstream')
  t.notOk(output.includes(marker), 'the log contains no text of an upstream')
  t.notMatch(output, /unhandled|uncaught|"level":60/i)

  const increase = (name: 'requests' | 'connections') => one.upstreams.length === 0
    ? null
    : sum(proxyCountsAfter, name) - sum(proxyCountsBefore, name)
  record({
    store,
    fault: one.name,
    location: locationOf(one),
    load: one.load ?? false,
    uncached: Object.fromEntries(routeKinds.map((kind) => [kind, outcomeOf(uncachedOf(kind))])),
    cached: one.fromStart ? null : outcomeOf(cached),
    slowestMs: Math.round(slowestMs),
    recoveryMs: Math.round(recoveryMs),
    responses: during.length,
    failures,
    requests: increase('requests'),
    connections: increase('connections')
  })
}

const sum = <Name extends string> (counts: Array<Record<Name, number>>, name: Name) =>
  counts.reduce((sum, count) => sum + count[name], 0)

async function sendAll (server: Server, requests: TestRequest[]): Promise<TestResponse[]> {
  return await Promise.all(requests.map(async (request) => ({ request, ...await server.get(request.path) })))
}

interface Load {
  responses: TestResponse[]
  /** Replaces the requests from now on. */
  setRequests: (requests: TestRequest[]) => void
  stop: () => Promise<unknown>
}

/** Sends requests constantly: each client sends its next request after a response. */
function startLoad (server: Server, requests: TestRequest[]): Load {
  const load = {
    isRunning: true,
    responses: [] as TestResponse[],
    setRequests (next: TestRequest[]) { requests = next },
    stop () {
      load.isRunning = false
      return sending
    }
  }
  const sending = Promise.all(Array.from({ length: loadClients }, async (_, client) => {
    for (let n = client; load.isRunning; n++) {
      load.responses.push(...await sendAll(server, [requests[n % requests.length]!]))
      await sleep(20)
    }
  }))
  return load
}

interface Recovery {
  server: Server
  requests: TestRequest[]
  /** The values since the end of the fault. */
  truth: Truth
  /** The values before and since. */
  allTruths: Truth[]
  faultEnd: number
  clocks: () => number[]
}

/**
 * Waits until each response is complete and has the new values. No earlier response may have a wrong number.
 * @returns milliseconds since the end of the fault
 */
async function awaitRecovery (t: Test, recovery: Recovery) {
  const { server, requests, truth, allTruths, faultEnd, clocks } = recovery
  const isCurrent = ({ request, status, text }: TestResponse) => status === 200 &&
    unavailableIn(request, text).length === 0 && errorsIn(request, text, [truth], clocks()).length === 0
  for (;;) {
    const responses = await sendAll(server, requests)
    const errors = allErrorsIn(responses, allTruths, clocks())
    const recoveryMs = performance.now() - faultEnd
    if (errors.length > 0) t.same(errors, [], 'no number is wrong after the fault')
    if (responses.every(isCurrent)) return recoveryMs
    if (recoveryMs > hangMs) {
      const failed = responses.filter(({ status }) => status !== 200)
      t.same(summaries(failed), [], 'every request succeeds after the fault')
      t.same(allErrorsIn(responses, [truth], clocks()), [], 'every response has the new values')
      return recoveryMs
    }
    await sleep(pollIntervalMs)
  }
}

/** The wrong numbers in successful responses. */
const allErrorsIn = (responses: TestResponse[], truths: Truth[], clocks: number[]) => {
  const successful = responses.filter(({ status }) => status === 200)
  return [...new Set(successful.flatMap(({ request, text }) => errorsIn(request, text, truths, clocks)))]
}

/** Whether a request has no response, or a 500: an error of the service itself. */
const isFailure = ({ status }: TestResponse) => status === undefined || status === 500

/** Whether an error response is no valid problem document. */
function isInvalidProblem ({ status, headers, text }: TestResponse) {
  if (status === 200 || status === undefined) return false
  const problem = JSON.parse(text)
  const isProblem = /^application\/problem\+json\b/.test(String(headers['content-type'])) &&
    problem.status === status && typeof problem.detail === 'string' && typeof problem.instance === 'string'
  return !isProblem || (status === 503 && !/^[1-9]\d*$/.test(String(headers['retry-after'])))
}

function checkOutcome (t: Test, kind: RouteKind, responses: TestResponse[], { outcome }: Case) {
  const { status, unavailable = [], mayBeComplete = false } = outcome[kind]
  const allowed = [status].flat()
  const others = responses.filter((response) => !allowed.includes(response.status!))
  t.same(summaries(others), [], `${kind} returns ${allowed.join(' or ')}`)
  for (const { request, text } of responses.filter(({ status }) => status === 200)) {
    const found = unavailableIn(request, text)
    const title = `${kind} lists ${unavailable.join(', ') || 'nothing'} as unavailable`
    if (!(mayBeComplete && found.length === 0)) t.same(found, [...unavailable].sort(), title)
  }
}

/** Checks that metrics count a failure for degraded responses, and none for a healthy upstream. */
function checkFailures (t: Test, failures: FailureCount[], { upstreams, outcome, lack }: Case) {
  const outcomes = Object.values(outcome)
  const failing = new Set([...upstreams, ...outcomes.flatMap(({ unavailable = [] }) => unavailable)])
  const ofHealthy = failures.filter(({ upstream }) =>
    upstream !== undefined && !failing.has(upstream as UpstreamName))
  t.same(ofHealthy, [], 'metrics count failures of the failing upstreams only')
  if (outcomes.some(({ mayBeComplete }) => mayBeComplete)) return
  const isDegraded = !lack && outcomes.some(({ status, unavailable = [] }) =>
    unavailable.length > 0 || [status].flat().every((status) => status >= 500))
  const isCounted = failures.some(({ kind, outcome }) => kind === 'failed reads' && outcome !== 'stale')
  t.equal(isCounted, isDegraded, 'metrics count partial responses and errors if there are any')
}

/** Path, status and error text of each response, without duplicates. */
const summaries = (responses: TestResponse[]) => [...new Set(responses.map(({ request, status, text }) =>
  `${request.path}: ${status ?? ''} ${status === 200 ? '' : text}`))]

/** The statuses of responses, and the upstreams that they list as unavailable. */
function outcomeOf (responses: TestResponse[]) {
  const unavailable = responses.flatMap(({ request, status, text }) =>
    status === 200 ? unavailableIn(request, text) : [])
  return {
    statuses: [...new Set(responses.map(({ status }) => status))].sort(),
    unavailable: [...new Set(unavailable)].sort()
  }
}
