import type { Upstream } from '../upstream.js'
import type { Window } from '../time-range.js'
import type { Metric } from '../usage.js'
import { createBatch } from './batch.js'
import { bounds } from './bounds.js'
import { readings } from './measurements.js'
import type { Reading } from './measurements.js'
import { query } from './query.js'
import type { InfluxSettings, Series } from './query.js'
import { readTogether, rfc3339 } from './read.js'
import type { Sent } from './read.js'
import { lastStatement, ownersStatement } from './statements.js'

/** A bucket's start in unix seconds, and its usage. */
export interface Bucket {
  time: number
  usage: number
}

/** An instance's usage by its newest samples, and when the older of those was taken, in unix seconds. */
export interface Load {
  time: number
  usage: number
}

/** What the service asks of a metrics store, whichever it is. */
export interface Metrics {
  /**
   * The buckets of several metrics of an instance, each list ascending by time, those without data left out. Where a project is given,
   * only what is that project's counts. @throws UpstreamError
   */
  series (metrics: Metric[], instance: string, window: Window, project?: string): Promise<Bucket[][]>
  /**
   * The load of each instance by what was sampled since an instant (unix milliseconds), by id; instances without any are left out. Where a
   * project is given, only what is that project's counts. @throws UpstreamError
   */
  latest (metrics: Metric[], instances: string[], since: number, project?: string): Promise<Array<Map<string, Load>>>
  /** The projects that have series of an instance: one, unless somebody made some up. @throws UpstreamError */
  owners (instance: string): Promise<string[]>
  /** Finds that the store answers. @throws UpstreamError */
  check (): Promise<void>
}

export interface Influx extends Metrics {
  /** How many reads of series wait to be sent. */
  waiting: () => number
}

/**
 * InfluxDB with Monasca's series in it. Series that are wanted at the same moment are read by the same requests.
 * @param sent told of each of those, how many statements and series were in it
 */
export function createInflux (upstream: Upstream, settings: InfluxSettings, most = bounds, sent: Sent = () => {}): Influx {
  const { read, waiting } = createBatch((reads) => readTogether(upstream, settings, reads, most, sent), most)

  return {
    async series (metrics, instance, window, project) {
      const columns = await Promise.all(metrics.flatMap((metric) => {
        const { measurements, perDevice } = readings[metric]
        return measurements.map((measurement) => read({ measurement, perDevice, instance, project, window }))
      }))
      return combine(metrics, columns).map((usages) =>
        Array.from(usages, ([time, usage]) => ({ time, usage })).sort((a, b) => a.time - b.time))
    },

    async latest (metrics, instances, since, project) {
      if (instances.length === 0) return metrics.map(() => new Map())
      const measurements = metrics.flatMap((metric) => readings[metric].measurements)
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

    async owners (instance) {
      const [series] = await query(upstream, settings, 'read-owners', [ownersStatement(allMeasurements)], { id0: instance })
      return [...new Set(series!.flatMap(({ tags }) => tags?._tenant_id || []))]
    },

    async check () {
      await upstream('metrics', { operation: 'ping', url: `${settings.url.replace(/(?<!\/)\/+$/, '')}/ping` })
    },

    waiting
  }
}

const allMeasurements = Object.values(readings).flatMap(({ measurements }) => measurements)

const newest = ({ tags, values }: Series) => ({ instance: tags?.resource_id, time: values[0]?.[0], value: values[0]?.[1] })

const oldest = (times: Array<number | undefined>) => Math.min(...times.filter((time) => time !== undefined))

const knownIn = <Key>(entries: Array<readonly [Key, number | null | undefined]>) =>
  new Map(entries.filter((entry): entry is [Key, number] => typeof entry[1] === 'number'))

/**
 * The usages of each metric, from a column of values a measurement: a key (a time, an instance) has one where its values tell one. Or
 * whatever else they mean.
 */
function combine<Key> (metrics: Metric[], columns: Array<Map<Key, number>>, meaning?: Reading['usage']) {
  let taken = 0
  return metrics.map((metric) => {
    const { measurements, usage } = readings[metric]
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
