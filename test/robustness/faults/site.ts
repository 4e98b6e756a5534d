import type { Test } from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import type { UpstreamName, Simulator } from '#simulator/simulator.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import type { Influxd } from '#test/support/influxdb/influxd.js'
import { writePoints } from './points.js'
import { startProxy } from './proxy.js'
import type { Certificate, Proxy } from './proxy.js'
import { questionsOf } from './questions.js'
import type { Question } from './questions.js'
import { truthOf } from './truth.js'
import type { Truth } from './truth.js'

export const roles: UpstreamName[] = ['identity', 'compute', 'network', 'block-storage', 'metrics']

/** The upstreams of a service: a simulated cloud and a real InfluxDB, a proxy before each. */
export interface Site {
  proxies: Record<UpstreamName, Proxy>
  /** One before nothing yet. */
  spare: Proxy
  simulator: Simulator
  influxd: Influxd
  /** Milliseconds that the cloud's clock is ahead. */
  cloudClock: { shift: number }
  /** The settings of a service that is to be made out quickly. */
  env: Record<string, string>
  /** The buckets that series are asked for, by their starts (unix seconds). */
  minutes: number[]
  /** Asked before a fault. */
  known: Question[]
  /** Not asked before it. */
  unknown: Question[]
  truth: () => Truth
  /** Changes what is true of both: what is answered from now on, if it is that, has been read since. */
  change: () => Promise<Truth>
}

const projects = [{ id: adminProjectId, name: 'admin' }, { id: demoProjectId, name: 'demo' }] as const
const measured = [adminInstanceId, demoInstanceId]

/**
 * Samples are there from a quarter of an hour before the start to well over an hour after it, for those whose
 * clocks are wrong.
 */
const [before, after] = [15 * 60, 90 * 60]

/** Milliseconds that a file of cases may take. */
const limit = 900_000

/**
 * Starts it, with TLS where there is a certificate. Where no InfluxDB can be had, `t` is skipped and the
 * answer is undefined.
 */
export async function startSite (
  t: Test, certificate?: Certificate & { file: string }
): Promise<Site | undefined> {
  const influxd = await startInfluxd(t)
  if (influxd === undefined) return undefined
  t.setTimeout(limit)
  const entries = await Promise.all(roles.map(async (role) => [role, await startProxy(certificate)] as const))
  const proxies = Object.fromEntries(entries) as Record<UpstreamName, Proxy>
  const spare = await startProxy()
  const scheme = certificate ? 'https' : 'http'
  const reached = Object.fromEntries(
    entries.map(([role, { port }]) => [role, `${scheme}://127.0.0.1:${port}`])
  ) as Record<UpstreamName, string>

  const cloudClock = { shift: 0 }
  const simulator = await startSimulator({
    projects: 6, instances: 30, advertisedOrigins: reached, now: () => Date.now() + cloudClock.shift
  })
  for (const role of roles) proxies[role].target = role === 'metrics' ? influxd.url : simulator.origins[role]
  t.teardown(async () => {
    await simulator.close()
    await Promise.all([spare, ...Object.values(proxies)].map((proxy) => proxy.close()))
  })

  const start = Math.floor(Date.now() / 60_000) * 60
  const minutes = Array.from({ length: 10 }, (_, n) => start - 600 + 60 * n)
  let version = 0
  const write = () => writePoints(influxd, measured, start - before, start + after, version)
  const truth = () => truthOf(simulator.cloud, measured, start + after, version)
  await write()

  return {
    proxies,
    spare,
    simulator,
    influxd,
    cloudClock,
    env: {
      ...simulator.env,
      LOG_LEVEL: 'trace',
      UPSTREAM_TIMEOUT: '1s',
      SERIES_TTL: '1s',
      INSTANCES_TTL: '1s',
      SUMMARY_TTL: '1s',
      // No bucket is too old to be read again.
      SETTLE_TIME: '1d',
      ...(certificate && { OS_CACERT: certificate.file })
    },
    minutes,
    known: questionsOf(projects[0], measured[0]!, minutes),
    unknown: questionsOf(projects[1], measured[1]!, minutes),
    truth,
    async change () {
      version++
      for (const { id } of projects) {
        const project = simulator.cloud.projects.get(id)!
        project.limits = {
          ...project.limits,
          instances: project.limits.instances + 1,
          floatingIps: project.limits.floatingIps + 1,
          volumes: project.limits.volumes + 1
        }
      }
      await write()
      return truth()
    }
  }
}
