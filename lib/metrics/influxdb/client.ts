import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { createBatch } from './batch.js'
import { defaultBatchLimits } from './batch-limits.js'
import { idLiteral, isId } from './literals.js'
import { measurementMappings } from './measurements.js'
import type { MeasurementMapping } from './measurements.js'
import { query } from './query.js'
import type { InfluxSettings, QuerySeries } from './query.js'
import { querySeries } from './series-query.js'
import type { OnBatchSent } from './series-query.js'
import { instanceProjectsStatement, lastStatement, meanStatement } from './statements.js'

/**
 * InfluxDB with Monasca's series. Series that are read at the same moment share requests.
 * @param onBatchSent called with the numbers of statements and series of each request
 */
export function createInflux (
  upstream: CallUpstream,
  settings: InfluxSettings,
  limits = defaultBatchLimits,
  onBatchSent: OnBatchSent = () => {}
): MetricsStore {
  const { read, queued } = createBatch(
    (reads) => querySeries(upstream, settings, reads, limits, onBatchSent), limits
  )

  return {
    async series (metrics, instance, window, project) {
      // Here already, because in a batch it would fail the reads that share its request.
      for (const id of [instance, project ?? instance]) idLiteral(id)
      const columns = await Promise.all(metrics.flatMap((metric) => {
        const { measurements, perDevice } = measurementMappings[metric]
        return measurements.map((measurement) => read({ measurement, perDevice, instance, project, window }))
      }))
      return combine(metrics, columns).map((usages) =>
        Array.from(usages, ([time, usage]) => ({ time, usage })).sort((a, b) => a.time - b.time))
    },

    async latest (metrics, instances, since, project) {
      const ids = instances.filter(isId)
      if (ids.length === 0) return metrics.map(() => new Map())
      const measurements = metrics.flatMap((metric) => measurementMappings[metric].measurements)
      const firsts = ids.flatMap((_, number) => number % limits.instances === 0 ? number : [])
      const statements = measurements.flatMap((measurement) => firsts.map((first) =>
        lastStatement(measurement, ids.slice(first, first + limits.instances), since / 1000, project)))
      const results = await query(upstream, settings, 'read-latest', statements)
      const samples = measurements.map((_, i) =>
        results.slice(i * firsts.length, (i + 1) * firsts.length).flat().map(newestSample))
      const values = samples.map((list) => knownIn(list.map(({ instance, value }) => [instance, value])))
      const times = samples.map((list) => knownIn(list.map(({ instance, time }) => [instance, time])))
      const oldestTimes = combine(metrics, times, oldest)
      return combine(metrics, values).map((usages, i) =>
        new Map(Array.from(usages, ([id, usage]) => [id, { usage, time: oldestTimes[i]!.get(id)! }])))
    },

    async projectsOf (instance) {
      const [series] = await query(
        upstream,
        settings,
        'read-instance-projects',
        [instanceProjectsStatement(allMeasurements, instance)]
      )
      return [...new Set(series!.flatMap(({ tags }) => tags?._tenant_id || []))]
    },

    async check () {
      await query(upstream, settings, 'check', [checkStatement])
    },

    queued
  }
}

/**
 * A read like any other one, of no instance and in a minute without samples. `/ping` would prove neither the
 * credential, nor the database, nor that this version understands the statements.
 */
const checkStatement = meanStatement({
  ...measurementMappings.cpu,
  measurement: measurementMappings.cpu.measurements[0]!,
  instances: new Set(['none']),
  window: { start: 0, end: 60, step: 60 }
})

const allMeasurements = Object.values(measurementMappings).flatMap(({ measurements }) => measurements)

const newestSample = ({ tags, values }: QuerySeries) =>
  ({ instance: tags?.resource_id, time: values[0]?.[0], value: values[0]?.[1] })

const oldest = (times: Array<number | undefined>) => Math.min(...times.filter((time) => time !== undefined))

const knownIn = <Key>(entries: Array<readonly [Key, number | null | undefined]>) =>
  new Map(entries.filter((entry): entry is [Key, number] => typeof entry[1] === 'number'))

/**
 * The usages of each metric, from a column of values for each measurement. A key (a time, an instance) has a
 * usage where its values are enough for one.
 * @param meaning replaces the metrics' own meaning of their values
 */
function combine<Key> (
  metrics: Metric[], columns: Array<Map<Key, number>>, meaning?: MeasurementMapping['usage']
) {
  let taken = 0
  return metrics.map((metric) => {
    const { measurements, usage } = measurementMappings[metric]
    const own = columns.slice(taken, taken += measurements.length)
    const usages = new Map<Key, number>()
    const keys = own.length === 1 ? own[0]!.keys() : new Set(own.flatMap((column) => [...column.keys()]))
    for (const key of keys) {
      const value = (meaning ?? usage)(own.map((column) => column.get(key)))
      if (value !== undefined) usages.set(key, round(value))
    }
    return usages
  })
}

/** To 2 decimals, and never -0. */
const round = (value: number) => Math.round(value * 100) / 100 + 0
