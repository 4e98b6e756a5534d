import pLimit from 'p-limit'
import type { VisibleProjects } from '#lib/auth/authorize.js'
import { InvalidParameters, NotFound, UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import { quotaSources } from '#lib/openstack/quotas.js'
import type { Project } from '#lib/openstack/project-access.js'
import type { ProjectSummary, SummaryQuery } from '#schemas/project.js'

export interface SummaryPage {
  projects: ProjectSummary[]
  /** Id of the page's last project, where more follow. */
  last?: string
  /** Why the list of projects could not be read, and the first failure of each service that could not be in full. */
  failures: UpstreamError[]
  /** Whether every number is known, be it by an older read. */
  complete: boolean
  /** Unix milliseconds of the oldest thing in it: of its quotas, and of a list of projects that stands in. */
  oldestAt?: number
}

type Sources = Pick<CachedOpenStack, 'excludedDomains' | 'quota'>

/**
 * Projects that are read at once: enough to keep each service's connections busy, and no more, for to begin with all would hold up
 * other requests.
 */
const atOnce = 64

/**
 * A page of these projects with their quotas, by name and then by id; only the page's own are read.
 * @throws InvalidParameters where the marker is of no project; UpstreamError where identity fails, or every service for every project.
 */
export async function listProjectSummaries (openstack: Sources, { value: projects, fetchedAt = Infinity, failure }: VisibleProjects, query: SummaryQuery): Promise<SummaryPage> {
  const hidden = await openstack.excludedDomains()
  const { page, last } = cutPage(projects.filter((project) => !project.is_domain && !hidden.has(project.domain_id ?? '')), query)

  // A list that was just read is no older than what is read by it.
  const found: Found = { failures: new Map(), oldestAt: failure === undefined ? Infinity : fetchedAt }
  const summaries = await pLimit(atOnce).map(page, (project) => summariseProject(openstack, project, found))
  const silent = (summary: ProjectSummary) => summary.unavailable?.length === Object.keys(quotaSources).length
  const failures = [...found.failures.values()]
  if (failures[0] !== undefined && summaries.every(silent)) throw failures[0]
  const complete = summaries.every(({ unavailable }) => unavailable === undefined)
  return {
    projects: summaries,
    last,
    failures: failure === undefined ? failures : [asFailure('identity', failure), ...failures],
    complete,
    oldestAt: found.oldestAt < Infinity ? found.oldestAt : undefined
  }
}

/** What is gathered over all projects. */
interface Found {
  failures: Map<UpstreamName, UpstreamError>
  oldestAt: number
}

/** The marker is looked for among all projects: it still marks its place where the name has changed meanwhile. */
function cutPage (projects: Project[], { projectName = '', limit = Infinity, marker }: SummaryQuery) {
  const all = projects.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
  const after = all.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) {
    throw new InvalidParameters([{ parameter: 'marker', message: `"${marker}" is not the id of a project: give the last one of the page before` }])
  }
  const wanted = projectName.toLowerCase()
  const rest = all.slice(after + 1).filter(({ name }) => name.toLowerCase().includes(wanted))
  const page = rest.slice(0, limit)
  return { page, last: page.length < rest.length ? page.at(-1)!.id : undefined }
}

/** By code unit: the same order on every machine, whatever its locale. */
const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

async function summariseProject (openstack: Sources, { id, name, description, enabled }: Project, found: Found) {
  const unavailable: NonNullable<ProjectSummary['unavailable']> = []
  const tell = (role: UpstreamName, err: unknown) => {
    const failure = asFailure(role, err)
    if (!found.failures.has(role)) found.failures.set(role, failure)
  }
  const quotas = await Promise.all(Object.values(quotaSources).map(async (source) => {
    try {
      const { value, fetchedAt, failure } = await openstack.quota(id, source)
      if (failure !== undefined) tell(source.role, failure)
      found.oldestAt = Math.min(found.oldestAt, fetchedAt)
      return value
    } catch (err) {
      tell(source.role, err)
      unavailable.push(source.role)
      return Object.fromEntries(Object.keys(source.fields).map((field) => [field, null]))
    }
  }))
  const summary = Object.assign({ id, name, description: description ?? '', enabled }, ...quotas) as ProjectSummary
  return unavailable.length === 0 ? summary : { ...summary, unavailable: unavailable.sort() }
}

/** A service's failure as its own; a project that went while it was read is told like one. Anything else is a fault of ours. */
function asFailure (role: UpstreamName, err: unknown) {
  if (err instanceof NotFound) return new UpstreamError(role, 'refused', 'the project is disabled, or the role on it is gone')
  if (err instanceof UpstreamError) return err
  throw err
}
