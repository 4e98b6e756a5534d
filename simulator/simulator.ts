import type { AddressInfo } from 'node:net'
import { blockStorage } from './block-storage.js'
import { buildCloud } from './cloud.js'
import type { Cloud } from './cloud.js'
import { compute } from './compute.js'
import type { SimulatedResponse, Interception, UpstreamName, SimulatedCall } from './calls.js'
import { identity } from './identity.js'
import { listen, open, originOf, stop } from './listener.js'
import { metrics } from './metrics.js'
import { network } from './network.js'
import { share } from './random.js'
import { password } from './users.js'
import type { Handler, World } from './world.js'

export type { Interception, UpstreamName, SimulatedCall } from './calls.js'

export interface SimulatorOptions {
  /** Projects beside those of the seed; 50 by default. */
  projects?: number
  /** Instances beside those of the seed, spread over those projects; 500 by default. */
  instances?: number
  /** The shortest duration of a call, in ms; 0 by default. */
  latency?: number
  /** Share (0..1) of the calls that get a 503, the same calls at every start; 0 by default. */
  failures?: number
  /** The metrics store that the settings name; `influxdb` by default. The server plays both. */
  metricsStore?: 'influxdb' | 'prometheus'
  /** Entries of a page of Keystone's lists, as from 2025.1 on (`max_db_limit`); no pages by default. */
  listLimit?: number
  /** Seconds; 3600 by default. */
  tokenLifetime?: number
  /** The current time in ms; `Date.now` by default. */
  now?: () => number
  /** The origins in settings and catalog, for servers behind a proxy; by default their own. */
  reached?: Partial<Record<UpstreamName, string>>
}

export interface Simulator {
  /** The settings with which the service uses the simulated cloud as its admin. */
  env: Record<string, string>
  /** The received calls, oldest first. Beyond 20,000 the oldest are dropped. */
  calls: SimulatedCall[]
  /** The number of received calls, with the dropped ones. */
  received (): number
  /** The content of the cloud; a test may change it. */
  cloud: Cloud
  /** The origins on which the servers listen. */
  origins: Record<UpstreamName, string>
  /** A test's replacement for a response; undefined leaves the response unchanged. */
  intercept?: (call: SimulatedCall) => Interception | undefined
  close (): Promise<void>
  /** After `close`: listens again on the same ports. */
  reopen (): Promise<void>
}

const handlers: Record<UpstreamName, Handler> = {
  identity, compute, network, 'block-storage': blockStorage, metrics
}
const upstreamNames = Object.keys(handlers) as UpstreamName[]
const maxRecordedCalls = 20_000

const overloaded: SimulatedResponse = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>503 Service Unavailable</h1></body></html>'
}

/** Starts five servers on loopback: Keystone, Nova, Neutron, Cinder, and a metrics store. */
export async function startSimulator (options: SimulatorOptions = {}): Promise<Simulator> {
  const { projects = 50, instances = 500, latency = 0, failures = 0, metricsStore = 'influxdb' } = options
  const { listLimit = Infinity, tokenLifetime = 3600, now = Date.now, reached } = options
  const calls: SimulatedCall[] = []
  let received = 0

  const respond = (call: SimulatedCall): Interception => {
    if (calls.push(call) > maxRecordedCalls) calls.splice(0, maxRecordedCalls / 2)
    const failing = share(7, received++) < failures
    return simulator.intercept?.(call) ?? (failing ? overloaded : handlers[call.upstream](world, call, []))
  }
  const servers = await Promise.all(upstreamNames.map((name) => listen(name, latency, respond)))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  const origins = Object.fromEntries(upstreamNames.map((name, n) => [name, originOf(servers[n]!)])) as
    Record<UpstreamName, string>
  const world: World = {
    cloud: buildCloud(projects, instances, Math.floor(now() / 1000)),
    tokens: new Map(),
    receipts: new Map(),
    origins: { ...origins, ...reached },
    database: 'mon',
    listLimit,
    tokenLifetime,
    now
  }
  const simulator: Simulator = {
    env: settingsOf(world, metricsStore),
    calls,
    received: () => received,
    cloud: world.cloud,
    origins,
    close: async () => { await Promise.all(servers.map(stop)) },
    reopen: async () => { await Promise.all(servers.map((server, n) => open(server, ports[n]))) }
  }
  return simulator
}

function settingsOf (
  { origins, database }: World, metricsStore: SimulatorOptions['metricsStore']
): Record<string, string> {
  return {
    OS_AUTH_URL: `${origins.identity}/v3`,
    OS_USERNAME: 'admin',
    OS_PASSWORD: password,
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    ...(metricsStore === 'influxdb'
      ? { INFLUX_URL: origins.metrics, INFLUX_DATABASE: database }
      : { PROMETHEUS_URL: origins.metrics })
  }
}
