import { aggregateNames, edgeOf } from '#lib/metrics/aggregates.js'
import type { AggregateName, SampleTimes } from '#lib/metrics/aggregates.js'
import type { InstancePlace, Profile, Source } from '#lib/metrics/profile.js'

/**
 * All PromQL that the service sends: selectors of series. Names and labels are the profile's own; every value
 * is escaped, those that come from the store as well. Source: Prometheus, "Querying basics"; RE2, "Syntax".
 */

/** The series of these metrics whose label matches one of the values, in one project where that is given. */
export function dataSelector (profile: Profile, sources: Source[], values: string[], project?: string) {
  const names = [...new Set(sources.map(({ name }) => name))]
  const { instance, domain, info } = profile
  const matchers = [
    matches('__name__', names.join('|')),
    matches(domain ?? instance, domain === undefined ? instancesPattern(sources, values) : anyOf(values))
  ]
  if (info === undefined && project !== undefined) matchers.push(...ofProject(profile, project))
  return `{${matchers.join(',')}}`
}

/** The series of the metric that knows the instance and the project, where others do not. */
export function infoSelector (profile: Profile, ids: string[], project?: string) {
  const matchers = [matches(profile.instance, anyOf(ids))]
  if (project !== undefined) matchers.push(...ofProject(profile, project))
  return `${profile.info}{${matchers.join(',')}}`
}

/** The label by which the result of `newestQuery` names the source of a value: its number. */
export const sourceLabel = 'source'

/**
 * The newest value of each series of all instances: a gauge's last sample, a counter's rate over the range.
 * A rate has no name, and series of two metrics must not be equal: each has the number of its source.
 */
export function newestQuery (profile: Profile, sources: Source[], seconds: number, project?: string) {
  const matchers = profile.info === undefined && project !== undefined ? ofProject(profile, project) : []
  const range = `{${matchers.join(',')}}[${seconds}s]`
  return sources.map(({ name, kind }, number) => {
    const last = `${kind === 'gauge' ? 'last_over_time' : 'rate'}(${name}${range})`
    return `label_replace(${last},"${sourceLabel}","${number}","","")`
  }).join(' or ')
}

/** The series of the metric that knows each instance and its project. */
export const allInfosQuery = (profile: Profile, seconds: number, project?: string) => {
  const matchers = project === undefined ? [] : ofProject(profile, project)
  return `last_over_time(${profile.info}{${matchers.join(',')}}[${seconds}s])`
}

/** A pattern of a series' instance label, which is anchored by the store. */
export const instancesPattern = (sources: Source[], ids: string[]) =>
  [...new Set(sources.map((source) => instancePattern(source, anyOf(ids))))].join('|')

const instancePatterns: Record<InstancePlace, (ids: string) => string> = {
  whole: (ids) => ids,
  first: (ids) => `${ids}-[^-]+`,
  inner: (ids) => `.+-${ids}-.+`
}
const instancePattern = ({ instance = 'whole' }: Source, ids: string) =>
  instancePatterns[instance](`(${ids})`)

/** The label of an aggregate: the metric's name, a space, and the aggregate's name. */
export const aggregateLabel = 'openstack_monitoring_aggregate'

/**
 * A query for the aggregates of these metrics in a bucket, at the bucket's end. Each is a function that all
 * stores compute alike, of an explicit range: rate(), increase() and a lookback would differ.
 * @param step the bucket's width in seconds
 */
export function aggregatesQuery (
  profile: Profile,
  sources: Source[],
  values: string[],
  { project, step, times }: { project?: string, step: number, times: SampleTimes }
) {
  return sources.flatMap((source) => aggregateNames[source.kind].map((aggregate) => {
    const selector = dataSelector(profile, [source], values, project)
    return `label_replace(${aggregateOf(selector, aggregate, step * 1000, times)}, ` +
      `"${aggregateLabel}", "${source.name} ${aggregate}", "", "")`
  })).join(' or ')
}

/** A sample at a bucket's end belongs to the next one. */
function aggregateOf (selector: string, aggregate: AggregateName, bucketMs: number, times: SampleTimes) {
  const inRange = (functionName: string, from: number, to: number) =>
    `${functionName}(${selector}[${from - to}ms] offset ${to}ms)`
  const { from, to } = edgeOf(times)
  switch (aggregate) {
    case 'value': return inRange('last_over_time', from, to)
    // From the last sample before the bucket on.
    case 'resets': return inRange('resets', bucketMs + from, 1)
    case 'count': return inRange('count_over_time', bucketMs + 1, 1)
    case 'mean': return inRange('avg_over_time', bucketMs + 1, 1)
    case 'max': return inRange('max_over_time', bucketMs + 1, 1)
  }
}

/** A query for the names of all metrics by which an exporter is recognised, of series at one instant. */
export function exportersQuery (profiles: Profile[]) {
  const all = profiles.map(({ shows }) => shows)
  const names = all.filter(({ label }) => label === undefined).map(({ name }) => name)
  const others = all.flatMap(({ name, label }) => label === undefined ? [] : [`${name}{${label}!=""}`])
  return `count by (__name__) (${[`{${matches('__name__', names.join('|'))}}`, ...others].join(' or ')})`
}

const ofProject = ({ project }: Profile, id: string) =>
  project === undefined ? [] : [`${project}=${quote(id)}`]
const matches = (label: string, pattern: string) => `${label}=~${quote(pattern)}`
const anyOf = (values: string[]) => values.map(escapePattern).join('|')

const escapePattern = (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
