import type { Authorizer } from '#lib/auth/authorize.js'
import type { Scope } from '#lib/auth/scope.js'
import { asUpstreamError, InvalidParameters } from '#lib/errors.js'
import type { UpstreamError } from '#lib/errors.js'
import type { LatestCache, LatestSamples } from '#lib/metrics/latest-cache.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { SearchScope } from '#lib/openstack/server-search.js'
import type { FoundInstances, SearchQuery } from '#schemas/instance-search.js'
import { findProjectName } from './instance-detail.js'
import { parseFilters } from './instance-filters.js'
import { toInstance } from './instance-list.js'

export interface SearchSources {
  openstack: Pick<CachedOpenStack, 'search' | 'project'>
  metrics: Pick<LatestCache, 'latest'> & Pick<MetricsStore, 'clientsWrite' | 'needsProject'>
  authorization: Pick<Authorizer, 'marker' | 'projects'>
}

interface Found {
  page: FoundInstances
  last?: string
  /** Why usages or names of projects are missing. */
  failures: UpstreamError[]
  incomplete?: UpstreamError
}

/**
 * A page of all instances that a caller sees and that match, newest first.
 * @param now unix milliseconds
 * @throws InvalidParameters, UpstreamError (compute or identity)
 */
export async function searchInstances (
  { openstack, metrics, authorization }: SearchSources, scope: Scope, given: SearchQuery, now: number
): Promise<Found> {
  const query = parseFilters(given)
  if (query.hostname === undefined && query.address === undefined) {
    throw new InvalidParameters([{ parameter: 'hostname', message: 'is missing: give it, or address' }])
  }
  if (query.marker !== undefined) await authorization.marker(scope, query.marker)
  const { servers, last, incomplete } = await openstack.search(await searchScope(authorization, scope), query)

  const ids = servers.map(({ id }) => id)
  const owners = new Map(servers.map(({ id, tenant_id: owner }) => [id, owner]))
  const failures = new Map<string, UpstreamError>()
  const add = (err: unknown) => {
    const failure = asUpstreamError(err)
    failures.set(failure.upstream, failure)
  }
  // A client may write samples of any instance: of each, only those of its own project count.
  const byProject = metrics.clientsWrite || metrics.needsProject === true
  const readSamples = async (): Promise<LatestSamples> => {
    try {
      const { value, failure } = await metrics.latest(['cpu', 'memory'], ids, byProject ? owners : undefined)
      if (failure !== undefined) add(failure)
      return value
    } catch (err) {
      add(err)
      return []
    }
  }
  const [samples, names] = await Promise.all([
    readSamples(),
    Promise.all([...new Set(owners.values())].map(async (owner) => {
      const { value, failure } = await findProjectName(openstack, owner)
      if (failure !== undefined) add(failure)
      return [owner, value] as const
    }))
  ])
  const nameOf = new Map(names)
  const metric = servers.map((server) =>
    ({ ...toInstance(server, server.tenant_id, samples, now), projectName: nameOf.get(server.tenant_id)! }))
  const unavailable = (['identity', 'metrics'] as const).filter((upstream) => failures.has(upstream))
  return {
    page: unavailable.length === 0 ? { metric } : { metric, unavailable },
    last,
    failures: [...failures.values()],
    incomplete
  }
}

/** The part of the cloud in which a caller searches. */
async function searchScope (
  authorization: SearchSources['authorization'], scope: Scope
): Promise<SearchScope> {
  if (scope.sees === 'project') return { project: scope.id }
  if (scope.sees === 'all') return {}
  const { projects } = await authorization.projects(scope)
  return { among: new Set(projects.map(({ id }) => id)) }
}
