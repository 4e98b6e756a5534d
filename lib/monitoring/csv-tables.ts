import type { Instance, InstancePage } from '#schemas/instance.js'
import type { ProjectSummary } from '#schemas/project.js'
import type { InstanceUsages, ProjectUsages, UsageSeries } from '#schemas/usages.js'
import { toCsv } from './csv.js'
import { quotaFields } from './quota-shares.js'

const projectColumns = [
  'id', 'name', 'description', 'enabled',
  ...Object.values(quotaFields).flatMap(({ limit, used }) => [limit, used]),
  'unavailable'
] as const satisfies Array<keyof ProjectSummary>

/** Projects as CSV, with the upstreams that the numbers of each are missing of. */
export const projectsAsCsv = (projects: ProjectSummary[]) =>
  toCsv([...projectColumns], projects.map((project) => projectColumns.map((name) => project[name])))

const instanceColumns = [
  'instance_id', 'name', 'address', 'cpuUsage', 'memoryUsage', 'vcpus', 'memory_mb', 'disk_gb', 'flavor',
  'state', 'started_at', 'ended_at', 'uptime', 'tenant_id', 'zone'
] as const satisfies Array<keyof Instance>

/** A page of instances as CSV. Each line has the upstreams that the page lists as unavailable. */
export const instancesAsCsv = ({ metric, unavailable = [] }: InstancePage) =>
  toCsv([...instanceColumns, 'unavailable'], metric.map((instance) => {
    const times = { started_at: inUtc(instance.started_at), ended_at: inUtc(instance.ended_at) }
    const values = { ...instance, ...times }
    return [...instanceColumns.map((name) => values[name]), unavailable]
  }))

/** The series of an instance as CSV: a line for each bucket, and a column for each series. */
export function usagesAsCsv ({ usages, ...buckets }: InstanceUsages) {
  const lists = valuesIn(usages)
  const rows = timesOf(buckets).map((time, bucket) => [time, ...lists.map((values) => values[bucket])])
  return toCsv(['time', ...namesIn(usages)], rows)
}

/** The same of several instances, one after the other. */
export function projectUsagesAsCsv ({ instances, ...buckets }: ProjectUsages) {
  const times = timesOf(buckets)
  const rows = instances.flatMap(({ instance_id: id, usages }) => {
    const lists = valuesIn(usages)
    return times.map((time, bucket) => [time, id, ...lists.map((values) => values[bucket])])
  })
  return toCsv(['time', 'instance_id', ...namesIn(instances[0]!.usages)], rows)
}

/** The contract's times have no zone, and an instance that exists has the end ''. */
const inUtc = (time: string | null) => time && `${time}Z`

const timesOf = ({ start, step, count }: Pick<InstanceUsages, 'start' | 'step' | 'count'>) =>
  Array.from({ length: count }, (_, i) =>
    new Date((start + i * step) * 1000).toISOString().replace('.000', ''))

const namesIn = (usages: UsageSeries[]) =>
  usages.flatMap(({ usage, series }) => series.map(({ name }) => `${usage}.${name}`))

const valuesIn = (usages: UsageSeries[]) => usages.flatMap(({ series }) => series.map(({ values }) => values))
