import type { Upstream } from '../upstream.js'
import type { Window } from '../time-range.js'
import type { Metric } from '../usage.js'
import { createBatch } from './batch.js'
import { bounds } from './bounds.js'
import { readings } from './measurements.js'
import { query } from './query.js'
import type { InfluxSettings, Series } from './query.js'
import { readTogether, rfc3339 } from './read.js'
import { lastStatement } from './statements.js'

/** A bucket's start in unix seconds, and its usage. */
export interface Bucket {
  time: number
  usage: number
}

/** What the service asks of a metrics store, whichever it is. */
export interface Metrics {
  /** The buckets of several metrics of an instance, each list ascending by time, those without data left out. @throws UpstreamError */
  series (metrics: Metric[], instance: string, window: Window): Promise<Bucket[][]>
  /** The newest usage of each instance since an instant (unix milliseconds), by id; instances without any are left out. @throws UpstreamError */
  latest (metric: Metric[], instances: string[], since: number): Promise<Array<Map<string, number>>>
  /** Finds that the store answers. @throws UpstreamError */
  check (): Promise<void>
}

/** InfluxDB with Monasca's series in it. Series that are wanted at the same moment are read by the same requests. */
export function createInflux (upstream: Upstream, settings: InfluxSettings, most = bounds): Metrics {
  const read = createBatch((reads) => readTogether(upstream, settings, reads, most), most)

  return {
    async series (metrics, instance, window) {
      const columns = await Promise.all(metrics.flatMap((metric) => {
        const { measurements, perDevice } = readings[metric]
        return measurements.map((measurement) => read({ measurement, perDevice, instance, window }))
      }))
      return combine(metrics, columns).map((usages) =>
        [...usages].map(([time, usage]) => ({ time, usage })).sort((a, b) => a.time - b.time))
    },

    async latest (metrics, instances, since) {
      if (instances.length === 0) return metrics.map(() => new Map())
      const measurements = metrics.flatMap((metric) => readings[metric].measurements)
      const numbers = instances.map((_, number) => number)
      const firsts = numbers.filter((number) => number % most.instances === 0)
      const statements = measurements.flatMap((measurement) => firsts.map((first) =>
        lastStatement(measurement, numbers.slice(first, first + most.instances))))
      const results = await query(upstream, settings, statements, {
        ...Object.fromEntries(instances.map((id, i) => [`id${i}`, id])),
        since: rfc3339(since / 1000)
      })
      const columns = measurements.map((_, i) =>
        knownIn(results.slice(i * firsts.length, (i + 1) * firsts.length).flat().map(newest)))
      return combine(metrics, columns)
    },

    async check () {
      await upstream('metrics', { url: `${settings.url.replace(/\/+$/, '')}/ping` })
    }
  }
}

const newest = ({ tags, values }: Series) => [tags?.resource_id, values[0]?.[1]] as const

const knownIn = <Key>(entries: Array<readonly [Key, number | null | undefined]>) =>
  new Map(entries.filter((entry): entry is [Key, number] => typeof entry[1] === 'number'))

/** The usages of each metric, from a column of values a measurement: a key (a time, an instance) has one where its values tell one. */
function combine<Key> (metrics: Metric[], columns: Array<Map<Key, number>>) {
  let taken = 0
  return metrics.map((metric) => {
    const { measurements, usage } = readings[metric]
    const own = columns.slice(taken, taken += measurements.length)
    const usages = new Map<Key, number>()
    for (const key of new Set(own.flatMap((column) => [...column.keys()]))) {
      const value = usage(own.map((column) => column.get(key)))
      if (value !== undefined) usages.set(key, round(value))
    }
    return usages
  })
}

/** To 2 decimals, and never -0. */
const round = (value: number) => Math.round(value * 100) / 100 + 0
