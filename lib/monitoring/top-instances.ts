import type { Scope } from '#lib/auth/scope.js'
import type { Authorizer } from '#lib/auth/authorize.js'
import type { UpstreamError } from '#lib/errors.js'
import type { MetricsStore, RankedInstance } from '#lib/metrics/store.js'
import { usages } from '#lib/metrics/usages.js'
import type { Metric, Usage } from '#lib/metrics/usages.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { TopInstance, TopInstances, TopQuery } from '#schemas/top-instances.js'
import { findProjectName } from './instance-detail.js'
import { toInstance } from './instance-list.js'

export interface TopSources {
  openstack: Pick<CachedOpenStack, 'describedServer' | 'project'>
  metrics: Pick<MetricsStore, 'top'>
  authorization: Pick<Authorizer, 'instances' | 'projects'>
}

interface Top {
  page: TopInstances
  /** Why names of projects are missing. */
  failures: UpstreamError[]
}

/** The metrics of each ranking. */
const metricsOf: Record<TopQuery['by'], Metric[]> = {
  cpuUsage: ['cpu'],
  memoryUsage: ['memory'],
  networkIo: Object.values((usages.networkIo as Usage).series),
  diskRead: ['diskRead'],
  diskWrite: ['diskWrite']
}

/**
 * Instances that are read beyond those that are asked for: a sample may be of a deleted instance, or be a
 * client's invention.
 */
const spareInstances = 10

/**
 * The busiest instances that a caller sees, or the idlest ones: one ranking by the metrics store, and a
 * description by Nova of each.
 * @param now unix milliseconds
 * @param maxAge milliseconds up to which a sample counts as the latest usage
 * @throws NotFound (the project), UpstreamError (metrics, compute or identity)
 */
export async function listTopInstances (
  { openstack, metrics, authorization }: TopSources,
  scope: Scope,
  { by, order = 'desc', limit = 10, projectId }: TopQuery,
  now: number,
  maxAge: number
): Promise<Top> {
  const projects = await visibleProjects(authorization, scope, projectId)
  const [{ instances, exact }] = await Promise.all([
    metrics.top({
      metrics: metricsOf[by], order, limit: limit + spareInstances, since: now - maxAge, projects
    }),
    projectId === undefined ? undefined : openstack.project(projectId)
  ])

  const isVisible = (project: string) => projects === undefined || projects.includes(project)
  const failures: UpstreamError[] = []
  const describe = async ({ instance: id, project, usage }: RankedInstance): Promise<TopInstance[]> => {
    const server = await openstack.describedServer(id, project)
    const owner = server?.tenant_id
    if (owner === undefined || (project ?? owner) !== owner || !isVisible(owner)) return []
    const { value: projectName, failure } = await findProjectName(openstack, owner)
    if (failure !== undefined) failures.push(failure)
    return [{
      ...toInstance(server!, owner, [], now),
      ...(by === 'cpuUsage' || by === 'memoryUsage') && { [by]: usage },
      projectName,
      usage
    }]
  }
  const first = await Promise.all(instances.slice(0, limit).map(describe))
  const lacks = first.some((found) => found.length === 0)
  const spare = lacks ? await Promise.all(instances.slice(limit).map(describe)) : []
  const metric = [...first, ...spare].flat().slice(0, limit)
  return {
    page: {
      by,
      order,
      metric,
      ...!exact && { approximate: true },
      ...failures.length > 0 && { unavailable: ['identity'] }
    },
    failures: failures.slice(0, 1)
  }
}

/** The projects whose instances may be in the ranking; `undefined` for those of all. */
async function visibleProjects (authorization: TopSources['authorization'], scope: Scope, project?: string) {
  if (project !== undefined) {
    await authorization.instances(scope, project)
    return [project]
  }
  if (scope.sees === 'all') return undefined
  const { projects } = await authorization.projects(scope)
  return projects.map(({ id }) => id)
}
