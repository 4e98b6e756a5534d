import type { Cloud } from './cloud.js'
import type { Instance } from './instances.js'
import { devicesOf, keptSamples, samplersOf, sampleSeconds, type Sampler } from './series.js'
import type { Statement } from './statements.js'

const sampleMs = sampleSeconds * 1000

/** One series as InfluxDB lists it; the times are in ms here. */
export interface Series {
  name: string
  tags: Record<string, string>
  columns: string[]
  values: [number, number][]
}

/** The series that answer a statement at a time (ms), in the order of their tags; none for an instance or a measurement without points. */
export function runStatement ({ instancesById }: Cloud, statement: Statement, now: number): Series[] {
  const instances = [...new Set(statement.ids)].sort().flatMap((id) => instancesById.get(id) ?? [])
  if (statement.form === 'last') return instances.flatMap((instance) => lastOf(instance, statement, now))
  if (statement.form === 'owners') return statement.measurements.toSorted().flatMap((name) => instances.flatMap((instance) => ownerOf(instance, name, now)))
  const series = instances.flatMap((instance) => meansOf(instance, statement, now)).filter(({ values }) => values.length > 0)
  return series.sort(({ tags: { device: a = '' } }, { tags: { device: b = '' } }) => a < b ? -1 : Number(a > b))
}

function lastOf (instance: Instance, { measurement, project, since }: Statement & { form: 'last' }, now: number): Series[] {
  if (project !== undefined && project !== instance.projectId) return []
  const samplers = samplersOf(instance, measurement)
  if (samplers.length === 0) return []
  const { first, last } = keptSamples(instance, now)
  if (last < first || last * sampleMs < since) return []
  // Of several points at the same time InfluxDB takes the greatest.
  const value = Math.max(...samplers.map((sample) => sample(last)))
  return [{ name: measurement, tags: { resource_id: instance.id }, columns: ['time', 'last'], values: [[last * sampleMs, value]] }]
}

function ownerOf (instance: Instance, measurement: string, now: number): Series[] {
  return lastOf(instance, { form: 'last', measurement, ids: [], since: 0 }, now).map((series) => ({ ...series, tags: { _tenant_id: instance.projectId } }))
}

function meansOf (instance: Instance, { measurement, project, start, end, step, perDevice }: Statement & { form: 'mean' }, now: number): Series[] {
  if (project !== undefined && project !== instance.projectId) return []
  const kept = keptSamples(instance, now)
  const first = Math.max(kept.first, Math.ceil(start / sampleMs))
  const last = Math.min(kept.last, Math.ceil(end / sampleMs) - 1)
  const devices = samplersOf(instance, measurement).map((sample) => means(sample, first, last, step))
  const series = (tags: Record<string, string>, values: Series['values']) =>
    ({ name: measurement, tags: { ...tags, resource_id: instance.id }, columns: ['time', 'usage'], values })
  if (perDevice) return devicesOf(instance, measurement).map((device, n) => series({ device }, devices[n]!))
  // All devices are sampled at the same times, so their buckets are the same ones.
  return [series({}, (devices[0] ?? []).map(([time], n) =>
    [time, devices.reduce((total, buckets) => total + buckets[n]![1], 0) / devices.length]))]
}

// Of every sample, not of a selection: 40,320 of them, a week's, take a few milliseconds.
function means (sample: Sampler, first: number, last: number, step: number): [number, number][] {
  const buckets: [number, number][] = []
  let k = first
  while (k <= last) {
    const start = Math.floor(k * sampleMs / step) * step
    const from = k
    let sum = 0
    for (; k <= last && k * sampleMs < start + step; k++) sum += sample(k)
    buckets.push([start, sum / (k - from)])
  }
  return buckets
}
