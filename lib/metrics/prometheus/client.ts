import type { Clock } from '#lib/cache/cache.js'
import { createBatch } from '#lib/metrics/batch.js'
import { combineColumns, emptyColumn } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import { combineUsages } from '#lib/metrics/combine.js'
import type { Profile, Reading, Source } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { latestOf, lookbackSeconds } from '#lib/metrics/samples.js'
import type { LatestSample, MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { createDetection } from './detection.js'
import { affectsAllReads } from './errors.js'
import { createInstanceSamples } from './instance-samples.js'
import { bulkPrometheusLimits, defaultPrometheusLimits } from './limits.js'
import type { PrometheusLimits } from './limits.js'
import { createQueries } from './query.js'
import type { PrometheusSettings } from './query.js'
import { dataSelector, infoSelector } from './selectors.js'
import { indexSeries, queryBytes, querySeries, splitBatch, takeBatch } from './series-query.js'
import type { OnBatchSent, SeriesRead } from './series-query.js'
import { createTop } from './top.js'

export interface PrometheusOptions {
  clock: Clock
  /** The exporter's profile; found by its metrics where it is not given. */
  profile?: Profile
  /** Seconds between two polls, of an exporter that repeats the values of a poll. */
  pollSeconds: number
  limits?: PrometheusLimits
  /** The limits of reads of many instances. */
  bulkLimits?: PrometheusLimits
  /**
   * Milliseconds for which the info series of an instance are cached, at most the time in which buckets
   * settle: samples of a host that an instance moves to are missing for so long.
   */
  infoTtl?: number
  /** Called with the numbers of queries and series of each request. */
  onBatchSent: OnBatchSent
  /** Called once, where the profile is not given. */
  onDetected: (profile: Profile, others: Profile[]) => void
}

/** Seconds in which the projects of an instance are searched: more than a store retains by default. */
const searchedSeconds = 400 * 86_400

/**
 * A store with Prometheus' API: Prometheus, VictoriaMetrics, Mimir, Thanos. It sends raw samples, which
 * lib/metrics/samples turns into buckets, because rate() and increase() depend on the store, the window and
 * the sampling interval; and of wide buckets in a long window aggregates. Series that are read at the same
 * moment share requests.
 */
export function createPrometheus (
  upstream: CallUpstream,
  settings: PrometheusSettings,
  {
    clock, profile: given, pollSeconds, limits = defaultPrometheusLimits,
    bulkLimits = bulkPrometheusLimits, infoTtl = 0, onBatchSent, onDetected
  }: PrometheusOptions
): MetricsStore {
  const queries = createQueries(upstream, settings)
  const readSamples = createInstanceSamples(queries, clock, infoTtl)
  const findProfile = createDetection(queries, Object.values(profiles), clock, onDetected)
  const profileInUse = async () => given ?? await findProfile()
  const everyOf = ({ polled = false }: Profile) => polled ? pollSeconds : 0

  const findTop = createTop(queries, clock, everyOf)

  const batchWithin = (limits: PrometheusLimits) => createBatch<SeriesRead, Column[]>({
    take: (queue) => takeBatch(queue, limits, everyOf(queue[0]!.profile)),
    query: (batch) => querySeries(readSamples, batch, limits, everyOf(batch[0]!.profile), onBatchSent),
    split: splitBatch,
    affectsAll: affectsAllReads
  }, limits)
  const [single, bulk] = [batchWithin(limits), batchWithin(bulkLimits)]

  /** A column for each instance and metric. The reads of one metric follow each other in the queue. */
  async function readSeries (
    { read }: typeof single, metrics: Metric[], instances: string[], window: Window, project?: string
  ): Promise<Column[][]> {
    const profile = await profileInUse()
    const lists = await Promise.all(metrics.map((metric) => Promise.all(instances.map(async (instance) => {
      const reading = profile.readings[metric]
      if (reading === undefined) return emptyColumn(window)
      const { sources, usage } = reading
      const columns = await read({ profile, sources, instance, project, window })
      return combineColumns(metric, columns, usage)
    }))))
    return instances.map((_, i) => lists.map((list) => list[i]!))
  }

  /** The latest samples of instances that fit into one request, by the sources' names. */
  async function readLatest (
    profile: Profile, sources: Source[], ids: string[], since: number, project?: string
  ) {
    const [start, end] = latestRange(profile, since)
    const { samples } = readSamples(profile, { operation: 'read-latest', sources, ids, project, start, end })
    const seriesOf = indexSeries(await samples(start, end))
    return new Map(sources.map((source) => {
      const latest = ids.flatMap((id) => {
        const value = latestOf(source, seriesOf(id, source.name), since, everyOf(profile))
        return value === undefined ? [] : [[id, value] as const]
      })
      return [source.name, new Map(latest)]
    }))
  }

  /** From enough before `since` on that the oldest interval which counts begins in it, in unix seconds. */
  function latestRange (profile: Profile, since: number) {
    const end = Math.floor(clock.now() / 1000) + 1
    const age = end - Math.floor(since / 1000)
    const every = everyOf(profile)
    const lookback = lookbackSeconds(every)
    return [end - age - (every > 0 ? lookback : Math.min(age, lookback)), end] as const
  }

  /** Parts of a list of instances, each as large as one request may ask for. */
  function requestsOf (profile: Profile, sources: Source[], ids: string[], since: number) {
    const [start, end] = latestRange(profile, since)
    const perRequest = Math.floor(limits.latestWork / (sources.length * (end - start)))
    const requests: string[][] = []
    for (const id of ids) {
      const last = requests.at(-1)
      const fits = last !== undefined && last.length < Math.min(perRequest, limits.latestInstances) &&
        queryBytes(sources, [...last, id]) <= limits.bytes
      if (fits) last.push(id)
      else requests.push([id])
    }
    return requests
  }

  return {
    clientsWrite: false,

    async series (metrics, instance, window, project) {
      const [columns] = await readSeries(single, metrics, [instance], window, project)
      return columns!
    },

    seriesOfMany: (metrics, instances, window, project) =>
      readSeries(bulk, metrics, instances, window, project),

    bindsProject: async () => (await profileInUse()).project !== undefined,

    async latest (metrics, instances, since, project) {
      if (instances.length === 0) return metrics.map(() => new Map())
      const profile = await profileInUse()
      const readings = metrics.map((metric) => profile.readings[metric])
      const sources = allSources(readings)
      const requests = requestsOf(profile, sources, instances, since)
      const results = await Promise.all(requests.map((ids) =>
        readLatest(profile, sources, ids, since, typeof project === 'object' ? undefined : project)))
      return readings.map((reading, i) => new Map(results.flatMap((values) =>
        reading === undefined ? [] : [...latestUsages(metrics[i]!, reading, values)])))
    },

    top: async (ranking) => findTop(await profileInUse(), ranking),

    async projectsOf (instance) {
      const profile = await profileInUse()
      const { project, info, readings } = profile
      if (project === undefined) return []
      const now = Math.floor(clock.now() / 1000)
      const selector = info === undefined
        ? dataSelector(profile, allSources(Object.values(readings)), [instance])
        : infoSelector(profile, [instance])
      const series = await queries.series('read-instance-projects', selector, now - searchedSeconds, now)
      return [...new Set(series.flatMap(({ [project]: id }) => id || []))]
    },

    check: () => queries.check(Math.floor(clock.now() / 1000)),

    queued: () => single.queued() + bulk.queued()
  }
}

/** The usages of a reading from the latest values of its sources, with the time of the oldest of them. */
function latestUsages (
  metric: Metric, { sources, usage }: Reading, values: Map<string, Map<string, LatestValue>>
): Map<string, LatestSample> {
  const columns = sources.map(({ name }) => values.get(name)!)
  const numbers = columns.map((column) => mapValues(column, ({ value }) => value))
  const usages = combineUsages(metric, numbers, usage)
  return mapValues(usages, (usage, id) => ({
    usage, time: Math.min(...columns.map((column) => column.get(id)?.time ?? Infinity)) / 1000
  }))
}

const allSources = (readings: Array<Reading | undefined>) =>
  readings.flatMap((reading) => reading?.sources ?? [])

type LatestValue = NonNullable<ReturnType<typeof latestOf>>

const mapValues = <A, B>(map: Map<string, A>, change: (value: A, key: string) => B) =>
  new Map(Array.from(map, ([key, value]) => [key, change(value, key)]))
