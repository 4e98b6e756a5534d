import type { AddressInfo } from 'node:net'
import { blockStorage } from './block-storage.js'
import { buildCloud } from './cloud.js'
import type { Cloud } from './cloud.js'
import { compute } from './compute.js'
import type { SimulatedResponse, Interception, UpstreamName, SimulatedCall } from './exchange.js'
import { identity } from './identity.js'
import { listen, open, originOf, stop } from './listener.js'
import { metrics } from './metrics.js'
import { network } from './network.js'
import { share } from './random.js'
import { password } from './users.js'
import type { Handler, World } from './world.js'

export type { Interception, UpstreamName, SimulatedCall } from './exchange.js'

export interface SimulatorOptions {
  projects?: number      // how many more projects than the seed's own (default 50)
  instances?: number     // how many more instances, spread over those (default 500)
  latency?: number       // ms that each call takes at least (default 0)
  failures?: number      // share 0..1 of the calls that answer 503 (default 0), the same ones at every start
  tokenLife?: number     // seconds (default 3600)
  now?: () => number     // ms (default Date.now)
  reached?: Partial<Record<UpstreamName, string>>   // where its servers are said to be, for those that something stands in front of
}

export interface Simulator {
  env: Record<string, string>   // the settings that point the service at it, as the admin
  calls: SimulatedCall[]        // what was received, oldest first; the oldest are dropped beyond 20,000
  received (): number           // how many calls in all, with those that were dropped
  cloud: Cloud                  // what is in it, for a test to change
  origins: Record<UpstreamName, string> // where its servers listen
  intercept?: (call: SimulatedCall) => Interception | undefined   // a test's own answer; undefined answers as ever
  close (): Promise<void>
  reopen (): Promise<void>      // after that: listens again where it did
}

const handlers: Record<UpstreamName, Handler> = { identity, compute, network, 'block-storage': blockStorage, metrics }
const roles = Object.keys(handlers) as UpstreamName[]
const mostCalls = 20_000

const overloaded: SimulatedResponse = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>503 Service Unavailable</h1></body></html>'
}

/** Starts a cloud of five servers on loopback: Keystone, Nova, Neutron, Cinder and the InfluxDB that Monasca fills. */
export async function startSimulator (options: SimulatorOptions = {}): Promise<Simulator> {
  const { projects = 50, instances = 500, latency = 0, failures = 0, tokenLife = 3600, now = Date.now, reached } = options
  const calls: SimulatedCall[] = []
  let received = 0

  const respond = (call: SimulatedCall): Interception => {
    if (calls.push(call) > mostCalls) calls.splice(0, mostCalls / 2)
    const failing = share(7, received++) < failures
    return simulator.intercept?.(call) ?? (failing ? overloaded : handlers[call.upstream](world, call, []))
  }
  const servers = await Promise.all(roles.map((role) => listen(role, latency, respond)))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  const origins = Object.fromEntries(roles.map((role, n) => [role, originOf(servers[n]!)])) as Record<UpstreamName, string>
  const world: World = {
    cloud: buildCloud(projects, instances, Math.floor(now() / 1000)),
    tokens: new Map(),
    origins: { ...origins, ...reached },
    database: 'mon',
    tokenLife,
    now
  }
  const simulator: Simulator = {
    env: settingsOf(world),
    calls,
    received: () => received,
    cloud: world.cloud,
    origins,
    close: async () => { await Promise.all(servers.map(stop)) },
    reopen: async () => { await Promise.all(servers.map((server, n) => open(server, ports[n]))) }
  }
  return simulator
}

function settingsOf ({ origins, database }: World): Record<string, string> {
  return {
    OS_AUTH_URL: `${origins.identity}/v3`,
    OS_USERNAME: 'admin',
    OS_PASSWORD: password,
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    INFLUX_URL: origins.metrics,
    INFLUX_DATABASE: database
  }
}
