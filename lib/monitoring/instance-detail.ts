import type { VisibleInstance } from '#lib/auth/authorize.js'
import { asUpstreamError, NotFound } from '#lib/errors.js'
import type { UpstreamError } from '#lib/errors.js'
import type { LatestCache } from '#lib/metrics/latest-cache.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { InstanceDetail } from '#schemas/instance-detail.js'
import { toInstance } from './instance-list.js'

interface Detail {
  instance: InstanceDetail
  /** Why samples, or the project's name, could not be fetched. */
  failures: UpstreamError[]
  /** Whether nothing is missing for that. */
  complete: boolean
  /** Unix milliseconds of when the samples were fetched. */
  oldestAt: number
}

interface Sources {
  openstack: Pick<CachedOpenStack, 'project'>
  metrics: Pick<LatestCache, 'latest'>
}

/**
 * An instance that Nova has described, with its latest usage and its project's name. While the metrics store
 * or Keystone fails, only their own values are null.
 * @param now unix milliseconds
 */
export async function getInstance (
  { openstack, metrics }: Sources, { server, onlyProject }: VisibleInstance, now: number
): Promise<Detail> {
  const { id, tenant_id: project } = server
  const [samples, name] = await Promise.all([
    metrics.latest(['cpu', 'memory'], [id], onlyProject)
      .catch((err: unknown) => ({ value: [], fetchedAt: now, failure: asUpstreamError(err) })),
    findProjectName(openstack, project)
  ])
  const instance = {
    ...toInstance(server, project, samples.value, now), projectName: name.value
  }
  const lacksUsage = instance.cpuUsage === null || instance.memoryUsage === null
  const unavailable: NonNullable<InstanceDetail['unavailable']> = [
    ...name.failure === undefined ? [] : ['identity' as const],
    ...samples.failure === undefined || !lacksUsage ? [] : ['metrics' as const]
  ]
  const failures = [name.failure, samples.failure]
  return {
    instance: unavailable.length === 0 ? instance : { ...instance, unavailable },
    failures: failures.filter((failure) => failure !== undefined).map(asUpstreamError),
    complete: unavailable.length === 0,
    oldestAt: samples.fetchedAt
  }
}

/** A project's name, and why it could not be read; null without a failure where Keystone knows none. */
export const findProjectName = (
  openstack: Pick<CachedOpenStack, 'project'>, id: string
): Promise<{ value: string | null, failure?: UpstreamError }> =>
  openstack.project(id).then(({ name }) => ({ value: name }), (err: unknown) =>
    ({ value: null, failure: err instanceof NotFound ? undefined : asUpstreamError(err) }))
