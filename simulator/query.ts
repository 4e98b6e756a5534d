import type { Cloud } from './cloud.js'
import type { Instance } from './instances.js'
import {
  devicesOf, isSent, lastSent, storedSampleRange, samplersOf, sampleSeconds, type Sampler
} from './series.js'
import type { NewestStatement, Statement } from './statements.js'

const sampleMs = sampleSeconds * 1000

/** One series of an InfluxDB result, with times in ms. */
export interface InfluxSeries {
  name: string
  tags: Record<string, string>
  columns: string[]
  values: Array<[time: number, value: number, ...tags: string[]]>
}

/**
 * Runs a statement.
 * @param now milliseconds
 * @returns the series in order of their tags; an instance or a measurement without points has no series
 */
export function runStatement (cloud: Cloud, statement: Statement, now: number): InfluxSeries[] {
  if (statement.form === 'newest') return newestOf(cloud, statement, now)
  const { instancesById } = cloud
  const instances = [...new Set(statement.ids)].sort().flatMap((id) => instancesById.get(id) ?? [])
  if (statement.form === 'last') return instances.flatMap((instance) => lastOf(instance, statement, now))
  if (statement.form === 'projects') {
    return statement.measurements.toSorted().flatMap((name) =>
      instances.flatMap((instance) => projectOf(instance, name, statement, now)))
  }
  return instances
    .flatMap((instance) => meansOf(instance, statement, now))
    .filter(({ values }) => values.length > 0)
    .sort(({ tags: { device: a = '' } }, { tags: { device: b = '' } }) => a < b ? -1 : Number(a > b))
}

function lastOf (
  instance: Instance, { measurement, project, start, end }: Statement & { form: 'last' }, now: number
): InfluxSeries[] {
  if (project !== undefined && project !== instance.projectId) return []
  const samplers = samplersOf(instance, measurement)
  if (samplers.length === 0) return []
  const last = newestBefore(instance, end, now)
  if (last === undefined || last * sampleMs < start) return []
  // Of several points with the same time, InfluxDB returns the greatest value.
  const value = Math.max(...samplers.map((sample) => sample(last)))
  const tags = { resource_id: instance.id }
  return [{ name: measurement, tags, columns: ['time', 'last'], values: [[last * sampleMs, value]] }]
}

/** The number of an instance's newest sample before a time; undefined without one. Times are in ms. */
function newestBefore (instance: Instance, end: number, now: number): number | undefined {
  const stored = storedSampleRange(instance, now)
  const last = lastSent(instance, Math.min(stored.last, Math.ceil(end / sampleMs) - 1))
  return last < stored.first ? undefined : last
}

function newestOf (
  { instances }: Cloud, { measurement, ids, projects, start, end, first }: NewestStatement, now: number
): InfluxSeries[] {
  const found = instances.filter(({ id, projectId }) =>
    (ids === undefined || ids.includes(id)) && (projects === undefined || projects.includes(projectId)))
    .flatMap((instance) => {
      const last = newestBefore(instance, end, now)
      const samplers = samplersOf(instance, measurement)
      if (samplers.length === 0 || last === undefined || last * sampleMs < start) return []
      const value = samplers.reduce((sum, sample) => sum + sample(last), 0)
      return [{ instance, time: last * sampleMs, value }]
    })
  if (found.length === 0) return []
  if (first === undefined) {
    return found.map(({ instance: { id, projectId }, time, value }) => ({
      name: measurement,
      tags: { resource_id: id, _tenant_id: projectId },
      columns: ['time', 'usage'],
      values: [[time, value]]
    }))
  }
  const sign = first.selector === 'top' ? -1 : 1
  const values = found.sort((a, b) => sign * (a.value - b.value)).slice(0, first.count)
    .map(({ instance: { id, projectId }, time, value }): InfluxSeries['values'][number] =>
      [time, value, id, projectId])
  const columns = ['time', first.selector, 'resource_id', '_tenant_id']
  return [{ name: measurement, tags: {}, columns, values }]
}

function projectOf (
  instance: Instance, measurement: string, { ids, project }: Statement & { form: 'projects' }, now: number
): InfluxSeries[] {
  return lastOf(instance, { form: 'last', measurement, ids, project, start: 0, end: Infinity }, now)
    .map((series) => ({ ...series, tags: { _tenant_id: instance.projectId } }))
}

function meansOf (
  instance: Instance,
  { measurement, project, start, end, step, perDevice }: Statement & { form: 'mean' },
  now: number
): InfluxSeries[] {
  if (project !== undefined && project !== instance.projectId) return []
  const stored = storedSampleRange(instance, now)
  const first = Math.max(stored.first, Math.ceil(start / sampleMs))
  const last = Math.min(stored.last, Math.ceil(end / sampleMs) - 1)
  const devices = samplersOf(instance, measurement).map((sample) =>
    means(instance, sample, first, last, step))
  const series = (tags: Record<string, string>, values: InfluxSeries['values']) =>
    ({ name: measurement, tags: { ...tags, resource_id: instance.id }, columns: ['time', 'usage'], values })
  if (perDevice) return devicesOf(instance, measurement).map((device, n) => series({ device }, devices[n]!))
  // All devices are sampled at the same times, so they have the same buckets.
  return [series({}, (devices[0] ?? []).map(([time], n) =>
    [time, devices.reduce((total, buckets) => total + buckets[n]![1], 0) / devices.length]))]
}

// Reads every sample: the 40,320 samples of a week take a few milliseconds.
function means (
  instance: Instance, sample: Sampler, first: number, last: number, step: number
): [number, number][] {
  const buckets: [number, number][] = []
  let k = first
  while (k <= last) {
    const start = Math.floor(k * sampleMs / step) * step
    let [sum, count] = [0, 0]
    for (; k <= last && k * sampleMs < start + step; k++) {
      if (!isSent(instance, k)) continue
      sum += sample(k)
      count++
    }
    if (count > 0) buckets.push([start, sum / count])
  }
  return buckets
}
