import pLimit from 'p-limit'
import type { VisibleProjects } from '#lib/auth/authorize.js'
import { asUpstreamError, InvalidParameters, UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { Project } from '#lib/openstack/project-access.js'
import { unknownQuota } from '#lib/openstack/quotas.js'
import type { ProjectSummary, SummaryQuery } from '#schemas/project.js'
import { greatestShare } from './quota-shares.js'

export interface SummaryPage {
  projects: ProjectSummary[]
  /** Id of the page's last project, where more follow. */
  last?: string
  /** Why the list of projects is stale, and the first failure of each upstream. */
  failures: UpstreamError[]
  /** Whether no number is missing for a failure: every one is known, or known to be lacking. */
  complete: boolean
  /** Why projects are missing, where the upstream lists no more of them. */
  incomplete?: UpstreamError
  /** Unix milliseconds of the oldest fact in it: a quota, or a stale list of projects. */
  oldestAt?: number
}

type Sources = Pick<CachedOpenStack, 'excludedDomains' | 'quota' | 'quotaSources'>

/**
 * Projects that are read at once: enough to keep each upstream's connections busy; more would delay other
 * requests.
 */
const maxConcurrentProjects = 64

/** How many projects match is known only once the quotas of all are read. */
const needsQuotas = ({ sort = 'name', nearLimit }: SummaryQuery) =>
  nearLimit !== undefined || sort.endsWith('fullest')

/**
 * A page of these projects with their quotas, by name and then by id unless `sort` says otherwise. Only the
 * page's own quotas are read, unless an order or a filter by usage needs those of all.
 * @throws InvalidParameters where the marker is the id of no project; UpstreamError where identity fails, or
 * every upstream for every project
 */
export async function listProjectSummaries (
  openstack: Sources, visible: VisibleProjects, query: SummaryQuery
): Promise<SummaryPage> {
  const listed = (await listedProjects(openstack, visible)).sort(byName(query.sort))
  if (!needsQuotas(query)) {
    const { page, last } = selectPage(listed, query, hasNamePart(query))
    return { ...await summarise(openstack, visible, page), last }
  }
  // The project of the marker has its place where its name no longer matches.
  const matches = hasNamePart(query)
  const wanted = listed.filter((project) => project.id === query.marker || matches(project))
  const { projects, ...facts } = await summarise(openstack, visible, wanted)
  const sorted = query.sort?.endsWith('fullest') ? sortByShare(projects, query.sort) : projects
  const isNear = (summary: ProjectSummary) => (greatestShare(summary) ?? -1) >= (query.nearLimit ?? -1)
  const { page, last } = selectPage(sorted, query, (summary) => matches(summary) && isNear(summary))
  return { projects: page, last, ...facts }
}

/** The projects that a summary lists: none of an excluded domain. @throws UpstreamError */
export async function listedProjects (
  openstack: Pick<Sources, 'excludedDomains'>, { projects }: VisibleProjects
) {
  const excluded = await openstack.excludedDomains()
  return projects.filter((project) => !project.is_domain && !excluded.has(project.domain_id ?? ''))
}

/**
 * Projects with their quotas, in the same order.
 * @param visible the list that they are from
 * @throws UpstreamError where every upstream fails for every project
 */
export async function summarise (
  openstack: Pick<Sources, 'quota' | 'quotaSources'>,
  { complete, fetchedAt = Infinity, failure }: VisibleProjects,
  projects: Project[]
): Promise<Omit<SummaryPage, 'last'>> {
  // A list that was just fetched is no older than the quotas that follow.
  const totals: Totals = {
    failures: new Map(),
    lacks: new Map(),
    missing: false,
    oldestAt: failure === undefined ? Infinity : fetchedAt
  }
  const summaries = await pLimit(maxConcurrentProjects).map(
    projects, (project) => summariseProject(openstack, project, totals)
  )
  const hasNoNumbers = ({ unavailable }: ProjectSummary) =>
    unavailable?.length === openstack.quotaSources.length
  const failures = [...totals.failures.values()]
  const [cause] = [...failures, ...totals.lacks.values()]
  if (cause !== undefined && summaries.every(hasNoNumbers)) throw cause
  return {
    projects: summaries,
    failures: failure === undefined ? failures : [asUpstreamError(failure), ...failures],
    complete: !totals.missing,
    incomplete: complete
      ? undefined
      : new UpstreamError('identity', 'invalid', 'lists only a part of the projects, and no next page'),
    oldestAt: totals.oldestAt < Infinity ? totals.oldestAt : undefined
  }
}

/** Facts that are collected over all projects. */
interface Totals {
  failures: Map<UpstreamName, UpstreamError>
  /** The services that the cloud lacks. */
  lacks: Map<UpstreamName, UpstreamError>
  /** Whether a number is missing for a failure. */
  missing: boolean
  oldestAt: number
}

/** The marker is looked up among all of them: it has its place where it no longer matches. */
function selectPage<Entry extends { id: string }> (
  all: Entry[], { limit = Infinity, marker }: SummaryQuery, matches: (entry: Entry) => boolean
) {
  const after = all.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) {
    throw new InvalidParameters([{
      parameter: 'marker',
      message: `"${marker}" is not the id of a project: give the last one of the page before`
    }])
  }
  const rest = all.slice(after + 1).filter(matches)
  const page = rest.slice(0, limit)
  return { page, last: page.length < rest.length ? page.at(-1)!.id : undefined }
}

type Named = Pick<Project, 'id' | 'name'>

const hasNamePart = ({ projectName = '' }: SummaryQuery) => (project: Named) =>
  nameOf(project).toLowerCase().includes(projectName.toLowerCase())

const byName = (sort: SummaryQuery['sort']) => {
  const sign = sort === '-name' ? -1 : 1
  return (a: Named, b: Named) => sign * (compare(nameOf(a), nameOf(b)) || compare(a.id, b.id))
}

/** By the greatest share; projects without one come last either way, and of equal ones by name. */
function sortByShare (projects: ProjectSummary[], sort: SummaryQuery['sort']) {
  const sign = sort === '-fullest' ? -1 : 1
  const ranked = projects.map((project) => ({ project, share: greatestShare(project) }))
  return ranked
    .sort((a, b) => Number(a.share === undefined) - Number(b.share === undefined) ||
      sign * compare(a.share ?? 0, b.share ?? 0))
    .map(({ project }) => project)
}

const nameOf = ({ name }: Named) => name ?? ''

/** By code unit: the same order on every machine, whatever its locale. */
const compare = <Key extends string | number>(a: Key, b: Key) =>
  a < b ? -1 : a > b ? 1 : 0

async function summariseProject (
  openstack: Pick<Sources, 'quota' | 'quotaSources'>,
  { id, name, description, enabled }: Project,
  totals: Totals
) {
  const unavailable: NonNullable<ProjectSummary['unavailable']> = []
  const addFailure = (upstream: UpstreamName, err: unknown) => {
    const failure = asUpstreamError(err)
    if (!totals.failures.has(upstream)) totals.failures.set(upstream, failure)
  }
  const quotas = await Promise.all(openstack.quotaSources.map(async (source) => {
    const { upstream } = source
    try {
      const { value, fetchedAt, failure } = await openstack.quota(id, source)
      if (failure !== undefined) addFailure(upstream, failure)
      totals.oldestAt = Math.min(totals.oldestAt, fetchedAt)
      if (typeof value === 'object') return value
      if (value === 'service') totals.lacks.set(upstream, new UpstreamError(upstream, 'absent', 'is absent'))
    } catch (err) {
      addFailure(upstream, err)
      totals.missing = true
    }
    unavailable.push(upstream)
    return {}
  }))
  const summary: ProjectSummary = Object.assign(
    { id, name, description: description ?? '', enabled }, unknownQuota, ...quotas
  )
  return unavailable.length === 0 ? summary : { ...summary, unavailable: unavailable.sort() }
}
