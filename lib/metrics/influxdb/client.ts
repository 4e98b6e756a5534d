import { combine, combineUsages } from '#lib/metrics/combine.js'
import type { Values } from '#lib/metrics/combine.js'
import { combineColumns } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { createBatch } from './batch.js'
import { bulkBatchLimits, defaultBatchLimits } from './batch-limits.js'
import type { BatchLimits } from './batch-limits.js'
import { idLiteral, isId } from './literals.js'
import { measurementMappings } from './measurements.js'
import { query } from './query.js'
import type { InfluxSettings, QuerySeries } from './query.js'
import { querySeries } from './series-query.js'
import type { OnBatchSent } from './series-query.js'
import { instanceProjectsStatement, lastStatement, meanStatement, newestStatement } from './statements.js'
import { createTop } from './top.js'

export interface InfluxOptions {
  limits?: BatchLimits
  /** The limits of reads of many instances. */
  bulkLimits?: BatchLimits
  /** Called with the numbers of statements and series of each request. */
  onBatchSent?: OnBatchSent
  /** The clock, in unix milliseconds. */
  now: () => number
}

/**
 * Seconds that the clock of an agent may be ahead. A sample from further in the future is not the latest: it
 * would be that until its time comes. Series have it, in the bucket of its time.
 */
const toleratedAheadSeconds = 60

/** One database of InfluxDB with Monasca's series. Series that are read at the same moment share requests. */
export function createInflux (
  upstream: CallUpstream,
  settings: InfluxSettings,
  {
    limits = defaultBatchLimits, bulkLimits = bulkBatchLimits, onBatchSent = () => {}, now
  }: InfluxOptions
): MetricsStore {
  const until = () => now() / 1000 + toleratedAheadSeconds
  const batchWithin = (limits: BatchLimits) => createBatch(
    (reads) => querySeries(upstream, settings, reads, { limits, onBatchSent }), limits
  )
  const [single, bulk] = [batchWithin(limits), batchWithin(bulkLimits)]

  /** A column for each instance and metric. The reads of one measurement follow each other in the queue. */
  async function readSeries (
    { read }: typeof single,
    metrics: Metric[],
    instances: string[],
    window: Window,
    project?: string,
    group?: object
  ): Promise<Column[][]> {
    // Here already, because in a batch it would fail the reads that share its request.
    for (const id of [...instances, ...project === undefined ? [] : [project]]) idLiteral(id)
    const columns = await Promise.all(metrics.flatMap((metric) => {
      const { measurements, perDevice } = measurementMappings[metric]
      return measurements.flatMap((measurement) => instances.map((instance) =>
        read({ measurement, perDevice, instance, project, window, group })))
    }))
    const { length } = instances
    return instances.map((_, i) => {
      const own = columns.filter((_, n) => n % length === i)
      return columnsOf(metrics, own).map((sources, n) =>
        combineColumns(metrics[n]!, sources, measurementMappings[metrics[n]!].usage))
    })
  }

  return {
    clientsWrite: true,

    async series (metrics, instance, window, project) {
      const [columns] = await readSeries(single, metrics, [instance], window, project)
      return columns!
    },

    // A request of its own: InfluxDB works on two requests at once, and on the statements of one in turn.
    seriesOfMany: (metrics, instances, window, project) =>
      readSeries(bulk, metrics, instances, window, project, {}),

    bindsProject: async () => true,

    async latest (metrics, instances, since, project) {
      const ids = instances.filter(isId)
      if (ids.length === 0) return metrics.map(() => new Map())
      const measurements = metrics.flatMap((metric) => measurementMappings[metric].measurements)
      const firsts = ids.flatMap((_, number) => number % limits.instances === 0 ? number : [])
      const common = { since: since / 1000, until: until() }
      const statements = measurements.flatMap((measurement) => firsts.map((first) => {
        const part = { measurement, instances: ids.slice(first, first + limits.instances), ...common }
        return typeof project === 'object'
          ? newestStatement({ ...part, perDevice: false })
          : lastStatement({ ...part, project })
      }))
      const results = await query(upstream, settings, 'read-latest', statements)
      const counts = ({ tags = {} }: QuerySeries) =>
        typeof project !== 'object' || project.get(tags.resource_id!) === tags._tenant_id
      const samples = measurements.map((_, i) =>
        results.slice(i * firsts.length, (i + 1) * firsts.length).flat().filter(counts).map(newestSample))
      const values = samples.map((list) => knownIn(list.map(({ instance, value }) => [instance, value])))
      const times = samples.map((list) => knownIn(list.map(({ instance, time }) => [instance, time])))
      const oldestTimes = columnsOf(metrics, times).map((columns) => combine(columns, oldest))
      return usagesOf(metrics, values).map((usages, i) =>
        new Map(Array.from(usages, ([id, usage]) => [id, { usage, time: oldestTimes[i]!.get(id)! }])))
    },

    top: createTop(upstream, settings, until),

    async projectsOf (instance, project) {
      const [series] = await query(
        upstream,
        settings,
        'read-instance-projects',
        [instanceProjectsStatement(allMeasurements, instance, project)]
      )
      return [...new Set(series!.flatMap(({ tags }) => tags?._tenant_id || []))]
    },

    async check () {
      await query(upstream, settings, 'check', [checkStatement])
    },

    queued: () => single.queued() + bulk.queued()
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

const oldest = (times: Values) => Math.min(...times.filter((time) => time !== undefined))

const knownIn = <Key>(entries: Array<readonly [Key, number | null | undefined]>) =>
  new Map(entries.filter((entry): entry is [Key, number] => typeof entry[1] === 'number'))

/** The columns of each metric, from those of all measurements. */
function columnsOf<Column> (metrics: Metric[], all: Column[]) {
  let taken = 0
  return metrics.map((metric) => {
    const first = taken
    taken += measurementMappings[metric].measurements.length
    return all.slice(first, taken)
  })
}

const usagesOf = <Key>(metrics: Metric[], all: Array<Map<Key, number>>) =>
  columnsOf(metrics, all).map((columns, i) =>
    combineUsages(metrics[i]!, columns, measurementMappings[metrics[i]!].usage))
