import type { Test } from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import type { UpstreamName, Simulator } from '#simulator/simulator.js'
import { startProxy } from './proxy.js'
import type { Certificate, Proxy } from './proxy.js'
import { requestsFor } from './requests.js'
import type { TestRequest } from './requests.js'
import type { MetricsStore } from './stores/store.js'
import { stores } from './stores/stores.js'
import type { StoreName } from './stores/stores.js'
import { truthOf } from './truth.js'
import type { Truth } from './truth.js'

export const upstreamNames: UpstreamName[] = ['identity', 'compute', 'network', 'block-storage', 'metrics']

/** The upstreams of a service: a simulated cloud and a real metrics store, with a proxy in front of each. */
export interface Testbed {
  proxies: Record<UpstreamName, Proxy>
  /** A proxy without an upstream. */
  spareProxy: Proxy
  simulator: Simulator
  store: MetricsStore
  /** Milliseconds by which the cloud's clock is ahead. */
  cloudClock: { shiftMs: number }
  /** Settings of the service: short timeouts and TTLs. */
  env: Record<string, string>
  /** Starts of the requested buckets, in unix seconds. */
  minutes: number[]
  /** Requests before and during a fault. */
  cachedRequests: TestRequest[]
  /** Requests during a fault only. */
  uncachedRequests: TestRequest[]
  truth: () => Truth
  /** Changes the true values of both projects. A response with the new values was read after the change. */
  change: () => Promise<Truth>
}

const projects = [{ id: adminProjectId, name: 'admin' }, { id: demoProjectId, name: 'demo' }] as const
const measured = [adminInstanceId, demoInstanceId]

/** Samples cover 75 minutes before the start and 90 minutes after it, for clocks that are an hour wrong. */
const [secondsBefore, secondsAfter] = [75 * 60, 90 * 60]

const byUpstream = <Value>(entries: Array<readonly [UpstreamName, Value]>) =>
  Object.fromEntries(entries) as Record<UpstreamName, Value>

export interface TestbedOptions {
  /** The metrics store; InfluxDB by default. */
  storeName?: StoreName
  /** The certificate of upstreams with TLS. */
  certificate?: Certificate & { caFile: string }
  /** How long the upstreams let a connection idle. */
  keepAliveMs?: number
}

/**
 * Starts the upstreams.
 * @returns `undefined`, with `t` skipped, if the metrics store is not available
 */
export async function startTestbed (
  t: Test, { storeName = 'influxdb', certificate, keepAliveMs }: TestbedOptions = {}
): Promise<Testbed | undefined> {
  const store = await stores[storeName](t)
  if (store === undefined) return undefined
  const started = await Promise.all(upstreamNames.map(async (name) =>
    [name, await startProxy(certificate, keepAliveMs)] as const))
  const proxies = byUpstream(started)
  const spareProxy = await startProxy()
  const scheme = certificate ? 'https' : 'http'
  const reached = byUpstream(started.map(([name, { port }]) =>
    [name, `${scheme}://127.0.0.1:${port}`] as const))

  const cloudClock = { shiftMs: 0 }
  const now = () => Date.now() + cloudClock.shiftMs
  const simulator = await startSimulator({
    projects: 6, instances: 30, metricsStore: store.simulated, reached, now
  })
  for (const name of upstreamNames) {
    proxies[name].target = name === 'metrics' ? store.url : simulator.origins[name]
  }
  t.teardown(async () => {
    await simulator.close()
    await Promise.all([spareProxy, ...Object.values(proxies)].map((proxy) => proxy.close()))
  })

  const start = Math.floor(Date.now() / 60_000) * 60
  const minutes = Array.from({ length: 10 }, (_, n) => start - 600 + 60 * n)
  let version = 0
  const instances = measured.map((instance, n) => ({ instance, project: projects[n]!.id }))
  const sampled = Array.from({ length: (secondsBefore + secondsAfter) / 60 }, (_, n) =>
    start - secondsBefore + 60 * n)
  const write = () => store.write({ instances, minutes: sampled, version })
  const truth = () => truthOf(simulator.cloud, measured, version, store.maxAheadSeconds)
  await write()

  return {
    proxies,
    spareProxy,
    simulator,
    store,
    cloudClock,
    env: {
      ...simulator.env,
      LOG_LEVEL: 'trace',
      UPSTREAM_TIMEOUT: '1s',
      OVERLOAD_DELAY: '0',
      SERIES_TTL: '1s',
      INSTANCES_TTL: '1s',
      SUMMARY_TTL: '1s',
      // Every bucket is refreshed, however old.
      SETTLE_TIME: '1d',
      ...(certificate && { OS_CACERT: certificate.caFile })
    },
    minutes,
    cachedRequests: requestsFor(projects[0], measured[0]!, minutes),
    uncachedRequests: requestsFor(projects[1], measured[1]!, minutes),
    truth,
    async change () {
      version++
      for (const { id } of projects) {
        const project = simulator.cloud.projects.get(id)!
        const { limits } = project
        project.limits = {
          ...limits,
          instances: limits.instances + 1,
          floatingIps: limits.floatingIps + 1,
          volumes: limits.volumes + 1
        }
      }
      await write()
      return truth()
    }
  }
}
