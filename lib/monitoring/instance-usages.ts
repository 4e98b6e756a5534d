import { countOf, emptyColumn } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import { usages } from '#lib/metrics/usages.js'
import type { Usage } from '#lib/metrics/usages.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { Window } from '#lib/time-range.js'
import type { InstanceUsages, ProjectUsages, UsageSeries } from '#schemas/usages.js'
import type { ManyUsagesRequest, UsageName, UsagesRequest } from './usage-parameters.js'

/**
 * The series of several usages of an instance, as a list of values each. Those that the store does not know
 * have nulls.
 * @param project where given, only series of this project count
 * @throws UpstreamError
 */
export async function getInstanceUsages (
  metrics: Pick<MetricsStore, 'series'>, instance: string, { usages, window }: UsagesRequest, project?: string
): Promise<InstanceUsages> {
  const lists = await metrics.series(usages.flatMap(metricsOf), instance, window, project)
  return { ...bucketsOf(window), usages: toUsageSeries(usages, lists, window) }
}

/**
 * The same of several instances, which are read together.
 * @param readable those that the caller may read; the others are like instances without data
 * @param onlyProject where given, only series of this project count
 * @throws NotFound where there is no such project; UpstreamError
 */
export async function getProjectUsages (
  { openstack, metrics }: {
    openstack: Pick<CachedOpenStack, 'project'>, metrics: Pick<MetricsStore, 'seriesOfMany'>
  },
  project: string,
  { instances, usages, window }: ManyUsagesRequest,
  { readable, onlyProject }: { readable: string[], onlyProject?: string }
): Promise<ProjectUsages> {
  const reads = usages.map((name) =>
    metrics.seriesOfMany(metricsOf(name), readable, window, onlyProject))
  const [lists] = await Promise.all([Promise.all(reads), openstack.project(project)])
  const listsOf = new Map(readable.map((id, i) => [id, lists.flatMap((ofUsage) => ofUsage[i]!)]))
  return {
    ...bucketsOf(window),
    projectId: project,
    instances: instances.map((id) => ({
      instance_id: id, usages: toUsageSeries(usages, listsOf.get(id), window)
    }))
  }
}

const metricsOf = (name: UsageName) => Object.values((usages[name] as Usage).series)

const bucketsOf = (window: Window) => ({ start: window.start, step: window.step, count: countOf(window) })

/** @param columns of each series of each usage, in order; without them nothing is known */
function toUsageSeries (names: UsageName[], columns: Column[] | undefined, window: Window): UsageSeries[] {
  let next = 0
  return names.map((name) => {
    const { unit, series }: Usage = usages[name]
    const values = Object.keys(series).map((name) =>
      ({ name, values: toValues(columns?.[next++] ?? emptyColumn(window)) }))
    return { usage: name, unit, series: values }
  })
}

/** Null where a value is not known. */
const toValues = (column: Column) => Array.from(column, (value) => Number.isNaN(value) ? null : value)
