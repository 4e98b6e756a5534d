import { UpstreamError } from './errors.js'
import type { Role } from './errors.js'
import type { Dated } from './kept.js'
import type { KeptLoads, Loads } from './loads.js'
import type { OpenStack } from './openstack/client.js'
import type { Server, ServerQuery } from './openstack/servers.js'

/** An instance with its present load, in the names of the contract. */
export interface Instance {
  address: string[]
  cpuUsage: number | null
  disk_gb: number
  ended_at: string
  flavor: string
  instance_id: string
  memoryUsage: number | null
  memory_mb: number
  name: string
  started_at: string | null
  state: string
  tenant_id: string
  uptime: number | null
  vcpus: number
  zone: string | null
}

export interface InstancePage {
  page: { metric: Instance[], projectId: string, totalCnt: number, unavailable?: Role[] }
  /** Id of the page's last instance, where more follow. */
  last?: string
  /** Why the loads could not be read, where the metrics store failed. */
  failures: UpstreamError[]
  /** Whether no load is missing for that. */
  whole: boolean
  /** Unix milliseconds of when the loads were read. */
  asOf: number
}

export interface InstanceSources {
  openstack: Pick<OpenStack, 'project' | 'servers'>
  influx: Pick<KeptLoads, 'latest'>
}

/**
 * A page of a project's instances, newest first: one list of servers, one count, and one metrics request for all of them.
 * @param now unix milliseconds
 * @param ofProject the project whose samples count, where those of others do not
 * @throws NotFound, InvalidParameters (the marker), UpstreamError (identity or compute)
 */
export async function listInstances (
  { openstack, influx }: InstanceSources,
  project: string,
  query: ServerQuery,
  now: number,
  ofProject?: string
): Promise<InstancePage> {
  const [{ servers, last, total }] = await Promise.all([openstack.servers(project, query), openstack.project(project)])
  const ids = servers.map(({ id }) => id)
  const unread = (failure: unknown): Dated<Loads> => ({ value: [], readAt: now, failure })
  const { value: loads, readAt, failure } = await influx.latest(['cpu', 'memory'], ids, ofProject).catch(unread)
  if (failure !== undefined && !(failure instanceof UpstreamError)) throw failure
  const metric = servers.map((server) => describe(server, loads, now))
  const page = { metric, projectId: project, totalCnt: total }
  const whole = failure === undefined || metric.every(({ cpuUsage, memoryUsage }) => cpuUsage !== null && memoryUsage !== null)
  return {
    page: whole ? page : { ...page, unavailable: ['metrics'] },
    last,
    failures: failure === undefined ? [] : [failure],
    whole,
    asOf: readAt
  }
}

function describe (server: Server, [cpu, memory]: Loads, now: number): Instance {
  const { id, name, status, flavor } = server
  const launched = server['OS-SRV-USG:launched_at']
  return {
    address: Object.values(server.addresses).flat().map(({ addr }) => addr),
    cpuUsage: cpu?.get(id)?.usage ?? null,
    disk_gb: flavor.disk,
    ended_at: toSeconds(server['OS-SRV-USG:terminated_at']) ?? '',
    flavor: flavor.original_name,
    instance_id: id,
    memoryUsage: memory?.get(id)?.usage ?? null,
    memory_mb: flavor.ram,
    name,
    started_at: toSeconds(launched),
    state: status,
    tenant_id: server.tenant_id,
    uptime: launched === null ? null : Math.max(0, Math.floor((now - Date.parse(`${launched}Z`)) / 1000)),
    vcpus: flavor.vcpus,
    zone: server['OS-EXT-AZ:availability_zone'] || null
  }
}

/** `2026-11-23T08:24:50.000000`, as Nova writes UTC, without the fraction. */
const toSeconds = (time: string | null) => time === null ? null : time.slice(0, 19)
