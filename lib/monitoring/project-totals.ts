import type { VisibleProjects } from '#lib/auth/authorize.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { ProjectSummary } from '#schemas/project.js'
import type { ProjectTotals, QuotaTotal } from '#schemas/project-totals.js'
import { listedProjects, summarise } from './project-summary.js'
import type { SummaryPage } from './project-summary.js'
import { greatestShare, quotaFields } from './quota-shares.js'

interface Totals extends Omit<SummaryPage, 'projects' | 'last'> {
  totals: ProjectTotals
}

/** Percent of a limit from which on a project counts as near it. */
const nearPercent = 80

/**
 * The quotas of all projects of the summary together.
 * @throws UpstreamError where identity fails, or every upstream for every project
 */
export async function getProjectTotals (
  openstack: Pick<CachedOpenStack, 'excludedDomains' | 'quota' | 'quotaSources'>, visible: VisibleProjects
): Promise<Totals> {
  const listed = await listedProjects(openstack, visible)
  const { projects, ...facts } = await summarise(openstack, visible, listed)
  const shares = projects.map((project) => greatestShare(project) ?? -1)
  const unavailable = [...new Set(projects.flatMap(({ unavailable = [] }) => unavailable))].sort()
  const quotas = Object.fromEntries(Object.entries(quotaFields).map(([name, fields]) =>
    [name, totalOf(projects, fields)])) as ProjectTotals['quotas']
  const totals: ProjectTotals = {
    projects: projects.length,
    enabled: projects.filter(({ enabled }) => enabled).length,
    near: shares.filter((share) => share >= nearPercent).length,
    full: shares.filter((share) => share >= 100).length,
    ...unavailable.length > 0 && { unavailable },
    quotas
  }
  return { totals, ...facts }
}

type QuotaFields = typeof quotaFields[keyof typeof quotaFields]

function totalOf (projects: ProjectSummary[], { used, limit }: QuotaFields): QuotaTotal {
  const limits = projects.map((project) => project[limit])
  return {
    used: sumOfKnown(projects.map((project) => project[used])),
    limit: sumOfKnown(limits.filter((value) => value !== -1)),
    unlimited: limits.filter((value) => value === -1).length,
    unknown: projects.filter((project) => project[used] === null || project[limit] === null).length
  }
}

function sumOfKnown (values: Array<number | null>) {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
