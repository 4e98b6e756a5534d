import { LRUCache } from 'lru-cache'
import type { AggregatedSeries, AggregateName, SampleTimes } from '#lib/metrics/aggregates.js'
import type { Profile, Source } from '#lib/metrics/profile.js'
import { seriesKey } from '#lib/metrics/samples.js'
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

/** Instances whose domains are known; an entry has about 300 bytes. */
const maxDomains = 20_000

/** Reads series of instances, however the exporter names these. */
export function createInstanceSamples (queries: Queries) {
  const domains = new LRUCache<string, string[]>({ max: maxDomains })

  /** The labels of the info series of these instances, in the whole range: none of a foreign project. */
  async function readInfos (profile: Profile, { ids, project, start, end }: SamplesRequest) {
    const selector = `last_over_time(${infoSelector(profile, ids, project)}${rangeOf(start, end)})`
    const wanted = new Set(ids)
    const infos = (await queries.labels('read-instance-info', selector, end)).filter((labels) =>
      wanted.has(labels[profile.instance]!) &&
      (project === undefined || labels[profile.project!] === project))
    for (const { [profile.instance]: id, [profile.domain ?? '']: domain } of infos) {
      if (domain === undefined) continue
      const known = domains.get(id!) ?? []
      if (!known.includes(domain)) domains.set(id!, [...known, domain])
    }
    return infos
  }

  /** The values of the label by which data is selected, as far as they are known without a request. */
  function knownValues ({ domain }: Profile, ids: string[]) {
    if (domain === undefined) return ids
    const known = ids.map((id) => domains.get(id))
    return known.includes(undefined) ? [] : known.flat() as string[]
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
    const { operation, sources, ids, project } = request
    const known = new Set(knownValues(profile, ids))
    const owners = findOwners(profile, request)

    /** @param query queries the series with one of these values of the label by which data is selected */
    async function read<Series extends Pick<SampledSeries, 'labels'>> (
      query: (values: string[]) => Promise<Series[]>
    ): Promise<Array<Owned<Series>>> {
      const queryAny = async (values: string[]) => values.length === 0 ? [] : await query(values)
      const [{ ownerOf, values }, series] = await Promise.all([owners, queryAny([...known])])
      const others = values.filter((value) => !known.has(value))
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
