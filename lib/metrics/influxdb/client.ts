import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import { createBatch } from './batch.js'
import { defaultBatchLimits } from './batch-limits.js'
import { measurementMappings } from './measurements.js'
import type { MeasurementMapping } from './measurements.js'
import { query } from './query.js'
import type { InfluxSettings, QuerySeries } from './query.js'
import { querySeries, rfc3339 } from './series-query.js'
import type { OnBatchSent } from './series-query.js'
import { lastStatement, ownersStatement } from './statements.js'

/**
 * InfluxDB with Monasca's series in it. Series that are wanted at the same moment are read by the same requests.
 * @param sent told of each of those, how many statements and series were in it
 */
export function createInflux (upstream: CallUpstream, settings: InfluxSettings, most = defaultBatchLimits, sent: OnBatchSent = () => {}): MetricsStore {
  const { read, waiting } = createBatch((reads) => querySeries(upstream, settings, reads, most, sent), most)

  return {
    async series (metrics, instance, window, project) {
      const columns = await Promise.all(metrics.flatMap((metric) => {
        const { measurements, perDevice } = measurementMappings[metric]
        return measurements.map((measurement) => read({ measurement, perDevice, instance, project, window }))
      }))
      return combine(metrics, columns).map((usages) =>
        Array.from(usages, ([time, usage]) => ({ time, usage })).sort((a, b) => a.time - b.time))
    },

    async latest (metrics, instances, since, project) {
      if (instances.length === 0) return metrics.map(() => new Map())
      const measurements = metrics.flatMap((metric) => measurementMappings[metric].measurements)
      const numbers = instances.map((_, number) => number)
      const firsts = numbers.filter((number) => number % most.instances === 0)
      const statements = measurements.flatMap((measurement) => firsts.map((first) =>
        lastStatement(measurement, numbers.slice(first, first + most.instances), project !== undefined)))
      const results = await query(upstream, settings, 'read-latest', statements, {
        ...Object.fromEntries(instances.map((id, i) => [`id${i}`, id])),
        since: rfc3339(since / 1000),
        ...(project !== undefined && { project })
      })
      const samples = measurements.map((_, i) => results.slice(i * firsts.length, (i + 1) * firsts.length).flat().map(newest))
      const usages = combine(metrics, samples.map((newest) => knownIn(newest.map(({ instance, value }) => [instance, value]))))
      const times = combine(metrics, samples.map((newest) => knownIn(newest.map(({ instance, time }) => [instance, time]))), oldest)
      return usages.map((usages, i) => new Map(Array.from(usages, ([id, usage]) => [id, { usage, time: times[i]!.get(id)! }])))
    },

    async projectsOf (instance) {
      const [series] = await query(upstream, settings, 'read-owners', [ownersStatement(allMeasurements)], { id0: instance })
      return [...new Set(series!.flatMap(({ tags }) => tags?._tenant_id || []))]
    },

    async check () {
      await upstream('metrics', { operation: 'ping', url: `${settings.url.replace(/(?<!\/)\/+$/, '')}/ping` })
    },

    queued: waiting
  }
}

const allMeasurements = Object.values(measurementMappings).flatMap(({ measurements }) => measurements)

const newest = ({ tags, values }: QuerySeries) => ({ instance: tags?.resource_id, time: values[0]?.[0], value: values[0]?.[1] })

const oldest = (times: Array<number | undefined>) => Math.min(...times.filter((time) => time !== undefined))

const knownIn = <Key>(entries: Array<readonly [Key, number | null | undefined]>) =>
  new Map(entries.filter((entry): entry is [Key, number] => typeof entry[1] === 'number'))

/**
 * The usages of each metric, from a column of values a measurement: a key (a time, an instance) has one where its values tell one. Or
 * whatever else they mean.
 */
function combine<Key> (metrics: Metric[], columns: Array<Map<Key, number>>, meaning?: MeasurementMapping['usage']) {
  let taken = 0
  return metrics.map((metric) => {
    const { measurements, usage } = measurementMappings[metric]
    const own = columns.slice(taken, taken += measurements.length)
    const usages = new Map<Key, number>()
    for (const key of own.length === 1 ? own[0]!.keys() : new Set(own.flatMap((column) => [...column.keys()]))) {
      const value = (meaning ?? usage)(own.map((column) => column.get(key)))
      if (value !== undefined) usages.set(key, round(value))
    }
    return usages
  })
}

/** To 2 decimals, and never -0. */
const round = (value: number) => Math.round(value * 100) / 100 + 0
