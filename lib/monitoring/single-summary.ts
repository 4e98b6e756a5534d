import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { ProjectSummary } from '#schemas/project.js'
import { listProjectSummaries } from './project-summary.js'
import type { SummaryPage } from './project-summary.js'

interface SingleSummary extends Pick<SummaryPage, 'failures' | 'complete' | 'oldestAt'> {
  summary: ProjectSummary
}

const noDomains = async () => new Set<string>()

/**
 * A project with its quotas. A project of any domain has one, unlike in the list of all.
 * @throws NotFound; UpstreamError where identity fails, or every upstream of a quota
 */
export async function getProjectSummary (
  openstack: Pick<CachedOpenStack, 'project' | 'quota' | 'quotaSources'>, id: string
): Promise<SingleSummary> {
  const project = { ...await openstack.project(id), is_domain: false }
  const { projects, failures, complete, oldestAt } = await listProjectSummaries(
    { ...openstack, excludedDomains: noDomains }, { projects: [project], complete: true }, {}
  )
  return { summary: projects[0]!, failures, complete, oldestAt }
}
