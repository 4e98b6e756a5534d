import type { CachedValue } from '#lib/cache/cache.js'
import { asUpstreamError } from '#lib/errors.js'
import type { UpstreamError } from '#lib/errors.js'
import type { LatestCache, LatestSamples } from '#lib/metrics/latest-cache.js'
import type { OpenStack } from '#lib/openstack/client.js'
import { addressesOf, parseTime } from '#lib/openstack/servers.js'
import type { Server, ServerQuery } from '#lib/openstack/servers.js'
import type { Instance, InstancePage } from '#schemas/instance.js'

export interface InstanceList {
  page: InstancePage
  /** Id of the page's last instance, where more follow. */
  last?: string
  /** Why the latest samples could not be fetched, where the metrics store failed. */
  failures: UpstreamError[]
  /** Whether no sample is missing for that. */
  complete: boolean
  /** Unix milliseconds of when the samples were fetched. */
  oldestAt: number
}

export interface InstanceSources {
  openstack: Pick<OpenStack, 'project' | 'servers'>
  metrics: Pick<LatestCache, 'latest'>
}

/**
 * A page of a project's instances, newest first: one list of servers, one count, and one metrics request for
 * all.
 * @param now unix milliseconds
 * @param onlyProject where given, only samples of this project count
 * @throws NotFound, InvalidParameters (the marker), UpstreamError (identity or compute)
 */
export async function listInstances (
  { openstack, metrics }: InstanceSources,
  project: string,
  query: ServerQuery,
  now: number,
  onlyProject?: string
): Promise<InstanceList> {
  const [{ servers, last, total }] = await Promise.all([
    openstack.servers(project, query), openstack.project(project)
  ])
  const ids = servers.map(({ id }) => id)
  const withoutSamples = (failure: unknown): CachedValue<LatestSamples> => ({
    value: [], fetchedAt: now, failure
  })
  const { value: samples, fetchedAt, failure } =
    await metrics.latest(['cpu', 'memory'], ids, onlyProject).catch(withoutSamples)
  const metric = servers.map((server) => toInstance(server, project, samples, now))
  const hasUsage = ({ cpuUsage, memoryUsage }: Instance) => cpuUsage !== null && memoryUsage !== null
  const complete = failure === undefined || metric.every(hasUsage)
  const page: InstancePage = { metric, projectId: project, totalCnt: total }
  return {
    page: complete ? page : { ...page, unavailable: ['metrics'] },
    last,
    failures: failure === undefined ? [] : [asUpstreamError(failure)],
    complete,
    oldestAt: fetchedAt
  }
}

/** A server with its latest samples. @param now unix milliseconds */
export function toInstance (
  server: Server, project: string, [cpu, memory]: LatestSamples, now: number
): Instance {
  const { id, name, status, flavor, tenant_id: owner } = server
  const { 'OS-SRV-USG:launched_at': launchedAt, 'OS-SRV-USG:terminated_at': terminatedAt } = server
  const launched = parseTime(launchedAt)
  return {
    address: addressesOf(server),
    cpuUsage: cpu?.get(id)?.usage ?? null,
    disk_gb: flavor.disk,
    ended_at: terminatedAt ? toText(parseTime(terminatedAt)) : '',
    flavor: flavor.original_name,
    instance_id: id,
    memoryUsage: memory?.get(id)?.usage ?? null,
    memory_mb: flavor.ram,
    name,
    started_at: toText(launched),
    state: status,
    tenant_id: owner ?? project,
    uptime: launched === undefined ? null : Math.max(0, Math.floor((now - launched) / 1000)),
    vcpus: flavor.vcpus,
    zone: server['OS-EXT-AZ:availability_zone'] || null
  }
}

/** UTC without a fraction or an offset, such as `2026-11-23T08:24:50`. */
const toText = (time: number | undefined) =>
  time === undefined ? null : new Date(time).toISOString().slice(0, 19)
