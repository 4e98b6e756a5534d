import pLimit from 'p-limit'
import type { VisibleProjects } from '#lib/auth/authorize.js'
import { InvalidParameters, NotFound, UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { Project } from '#lib/openstack/project-access.js'
import { quotaSources } from '#lib/openstack/quotas.js'
import type { ProjectSummary, SummaryQuery } from '#schemas/project.js'

export interface SummaryPage {
  projects: ProjectSummary[]
  /** Id of the page's last project, where more follow. */
  last?: string
  /** Why the list of projects is stale, and the first failure of each upstream. */
  failures: UpstreamError[]
  /** Whether every number is known, if only by an older read. */
  complete: boolean
  /** Unix milliseconds of the oldest fact in it: a quota, or a stale list of projects. */
  oldestAt?: number
}

type Sources = Pick<CachedOpenStack, 'excludedDomains' | 'quota'>

/**
 * Projects that are read at once: enough to keep each upstream's connections busy; more would delay other
 * requests.
 */
const maxConcurrentProjects = 64

/**
 * A page of these projects with their quotas, by name and then by id. Only the page's own quotas are read.
 * @throws InvalidParameters where the marker is the id of no project; UpstreamError where identity fails, or
 * every upstream for every project
 */
export async function listProjectSummaries (
  openstack: Sources,
  { value: projects, fetchedAt = Infinity, failure }: VisibleProjects,
  query: SummaryQuery
): Promise<SummaryPage> {
  const excluded = await openstack.excludedDomains()
  const listed = projects.filter((project) => !project.is_domain && !excluded.has(project.domain_id ?? ''))
  const { page, last } = selectPage(listed, query)

  // A list that was just fetched is no older than the quotas that follow.
  const totals: Totals = { failures: new Map(), oldestAt: failure === undefined ? Infinity : fetchedAt }
  const summaries = await pLimit(maxConcurrentProjects).map(
    page, (project) => summariseProject(openstack, project, totals)
  )
  const hasNoNumbers = ({ unavailable }: ProjectSummary) =>
    unavailable?.length === Object.keys(quotaSources).length
  const failures = [...totals.failures.values()]
  if (failures[0] !== undefined && summaries.every(hasNoNumbers)) throw failures[0]
  return {
    projects: summaries,
    last,
    failures: failure === undefined ? failures : [toUpstreamError('identity', failure), ...failures],
    complete: summaries.every(({ unavailable }) => unavailable === undefined),
    oldestAt: totals.oldestAt < Infinity ? totals.oldestAt : undefined
  }
}

/** Facts that are collected over all projects. */
interface Totals {
  failures: Map<UpstreamName, UpstreamError>
  oldestAt: number
}

/** The marker is looked up among all projects: it has its place where the name was changed meanwhile. */
function selectPage (projects: Project[], { projectName = '', limit = Infinity, marker }: SummaryQuery) {
  const all = projects.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
  const after = all.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) {
    throw new InvalidParameters([{
      parameter: 'marker',
      message: `"${marker}" is not the id of a project: give the last one of the page before`
    }])
  }
  const part = projectName.toLowerCase()
  const rest = all.slice(after + 1).filter(({ name }) => name.toLowerCase().includes(part))
  const page = rest.slice(0, limit)
  return { page, last: page.length < rest.length ? page.at(-1)!.id : undefined }
}

/** By code unit: the same order on every machine, whatever its locale. */
const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0

async function summariseProject (
  openstack: Sources, { id, name, description, enabled }: Project, totals: Totals
) {
  const unavailable: NonNullable<ProjectSummary['unavailable']> = []
  const addFailure = (upstream: UpstreamName, err: unknown) => {
    const failure = toUpstreamError(upstream, err)
    if (!totals.failures.has(upstream)) totals.failures.set(upstream, failure)
  }
  const quotas = await Promise.all(Object.values(quotaSources).map(async (source) => {
    try {
      const { value, fetchedAt, failure } = await openstack.quota(id, source)
      if (failure !== undefined) addFailure(source.upstream, failure)
      totals.oldestAt = Math.min(totals.oldestAt, fetchedAt)
      return value
    } catch (err) {
      addFailure(source.upstream, err)
      unavailable.push(source.upstream)
      return Object.fromEntries(Object.keys(source.fields).map((field) => [field, null]))
    }
  }))
  const summary = Object.assign(
    { id, name, description: description ?? '', enabled }, ...quotas
  ) as ProjectSummary
  return unavailable.length === 0 ? summary : { ...summary, unavailable: unavailable.sort() }
}

/**
 * The failure of an upstream, such as a project that disappeared during the read. Any other error is thrown.
 */
function toUpstreamError (upstream: UpstreamName, err: unknown) {
  if (err instanceof NotFound) {
    return new UpstreamError(upstream, 'refused', 'the project is disabled, or the role on it is gone')
  }
  if (err instanceof UpstreamError) return err
  throw err
}
