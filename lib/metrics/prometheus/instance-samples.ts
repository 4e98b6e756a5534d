import { LRUCache } from 'lru-cache'
import type { Clock } from '#lib/cache/cache.js'
import type { AggregatedSeries, AggregateName, SampleTimes } from '#lib/metrics/aggregates.js'
import type { Profile, Source } from '#lib/metrics/profile.js'
import { groupBy, seriesKey } from '#lib/metrics/samples.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
import { ownersByInfo, ownersByLabel } from './ownership.js'
import type { OwnerOf } from './ownership.js'
import { rangeOf } from './query.js'
import type { Queries, ValuesOfSeries } from './query.js'
import { aggregateLabel, aggregatesQuery, dataSelector, infoSelector } from './selectors.js'

/** A series, and the instance that it belongs to. */
export type Owned<Series> = Series & { owner: string }
export type InstanceSeries = Owned<SampledSeries>

/** Samples that are read together. */
export interface SamplesRequest {
  operation: string
  sources: Source[]
  ids: string[]
  /** The only project whose samples count. */
  project?: string
  /** The whole range in unix seconds, of which parts may be read. */
  start: number
  end: number
}

type Labels = SampledSeries['labels']

/** The info series of an instance, as they were read. */
interface KnownInfos {
  infos: Labels[]
  /** The range, in unix seconds: it may end in the future. */
  start: number
  end: number
  /** The time of the read, in unix milliseconds. */
  at: number
}

/** Instances whose info series are known; an entry has about 1 kB. */
const maxKnown = 20_000

/**
 * Reads series of instances, however the exporter names these.
 * @param infoTtl milliseconds for which the info series of an instance are cached
 */
export function createInstanceSamples (queries: Queries, { now }: Pick<Clock, 'now'>, infoTtl: number) {
  const known = new LRUCache<string, KnownInfos>({ max: maxKnown })
  const keyOf = (id: string, project = '') => `${project} ${id}`

  /**
   * The labels of the info series of these instances, in the whole range: none of a foreign project. Cached
   * ones may have others of an earlier time too.
   */
  async function readInfos (profile: Profile, request: SamplesRequest) {
    const { ids, project } = request
    const cached = ids.map((id) => known.get(keyOf(id, project)))
      .filter((one) => one !== undefined && Math.abs(now() - one.at) < infoTtl && covers(one, request))
      .flatMap((one) => one!.infos)
    const found = new Set(cached.map((labels) => labels[profile.instance]))
    const others = ids.filter((id) => !found.has(id))
    if (others.length === 0) return cached
    return [...cached, ...await queryInfos(profile, { ...request, ids: others })]
  }

  async function queryInfos (profile: Profile, { ids, project, start, end }: SamplesRequest) {
    const at = now()
    const selector = `last_over_time(${infoSelector(profile, ids, project)}${rangeOf(start, end)})`
    const wanted = new Set(ids)
    const infos = (await queries.labels('read-instance-info', selector, end)).filter((labels) =>
      wanted.has(labels[profile.instance]!) &&
      (project === undefined || labels[profile.project!] === project))
    for (const [id, own] of groupBy(infos, (labels) => labels[profile.instance]!)) {
      known.set(keyOf(id, project), { infos: own, start, end, at })
    }
    return infos
  }

  /** The values of the label by which data is selected, as far as they are known without a request. */
  function knownValues ({ domain }: Profile, { ids, project }: SamplesRequest) {
    if (domain === undefined) return ids
    const infos = ids.map((id) => known.get(keyOf(id, project))?.infos)
    return infos.includes(undefined) ? [] : infos.flatMap((own) => own!.map((labels) => labels[domain]!))
  }

  /** The owners of series, and the values of the label by which their data is selected. */
  async function findOwners (
    profile: Profile, request: SamplesRequest
  ): Promise<{ ownerOf: OwnerOf, values: string[] }> {
    const { sources, ids, project } = request
    const byInfo = profile.domain !== undefined || (profile.info !== undefined && project !== undefined)
    if (!byInfo) return { ownerOf: ownersByLabel(profile, sources, ids), values: ids }
    const infos = await readInfos(profile, request)
    const label = profile.domain ?? profile.instance
    return {
      ownerOf: ownersByInfo(profile, infos), values: [...new Set(infos.map((info) => info[label]!))]
    }
  }

  /**
   * Prepares reads of parts of a range. The domain of an instance does not change, unless it is resized into
   * another cell: where it is known, data is read beside the info metric, and else after it.
   */
  return (profile: Profile, request: SamplesRequest) => {
    const { operation, sources, project } = request
    const readAtOnce = new Set(knownValues(profile, request))
    const owners = findOwners(profile, request)

    /** @param query queries the series with one of these values of the label by which data is selected */
    async function read<Series extends Pick<SampledSeries, 'labels'>> (
      query: (values: string[]) => Promise<Series[]>
    ): Promise<Array<Owned<Series>>> {
      const queryAny = async (values: string[]) => values.length === 0 ? [] : await query(values)
      const [{ ownerOf, values }, series] = await Promise.all([owners, queryAny([...readAtOnce])])
      const others = values.filter((value) => !readAtOnce.has(value))
      return [...series, ...await queryAny(others)].flatMap((one) => {
        const owner = ownerOf(one.labels)
        return owner === undefined ? [] : [{ ...one, owner }]
      })
    }

    return {
      /** The samples in `[start, end)`, in unix seconds. */
      samples: (start: number, end: number): Promise<InstanceSeries[]> => read((values) =>
        queries.samples(operation, dataSelector(profile, sources, values, project), start, end)),

      /** The aggregates of each bucket of a window. */
      aggregates: (window: Window, times: SampleTimes): Promise<Array<Owned<AggregatedSeries>>> =>
        read(async (values) => {
          const query = aggregatesQuery(profile, sources, values, { project, step: window.step, times })
          return aggregatedSeries(await queries.rangeValues(operation, query, window))
        })
    }
  }
}

/** Whether a range has all that another one had at the time of the read. */
const covers = ({ start, end, at }: KnownInfos, other: SamplesRequest) =>
  start <= other.start && (end >= other.end || end * 1000 >= at)

/** The aggregates of each series, which the store returns one by one. */
function aggregatedSeries (all: ValuesOfSeries[]): AggregatedSeries[] {
  const found = new Map<string, AggregatedSeries>()
  for (const { labels: { [aggregateLabel]: label = '', ...others }, values } of all) {
    const [name, aggregate] = label.split(' ') as [string, AggregateName]
    // Some functions drop the metric's name.
    const labels = { ...others, __name__: name }
    const key = seriesKey(labels)
    const series: AggregatedSeries = found.get(key) ?? { labels, aggregates: {} }
    series.aggregates[aggregate] = values
    found.set(key, series)
  }
  return [...found.values()]
}

export type ReadInstanceSamples = ReturnType<typeof createInstanceSamples>
