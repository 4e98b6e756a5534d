import type { Clock } from '#lib/cache/cache.js'
import { combineUsages } from '#lib/metrics/combine.js'
import type { Profile, Source } from '#lib/metrics/profile.js'
import { firstOf } from '#lib/metrics/ranking.js'
import type { RankedInstance, RankedInstances, Ranking } from '#lib/metrics/store.js'
import { ownerInLabel, ownersByInfo } from './ownership.js'
import type { Queries } from './query.js'
import { allInfosQuery, newestQuery, sourceLabel } from './selectors.js'

/** A series at an instant. */
type SeriesValue = Awaited<ReturnType<Queries['values']>>[number]

/**
 * Seconds of the range in which a counter's rate is taken: two samples are in it, unless they are further
 * apart than most exporters are scraped.
 */
const rateSeconds = 300

/**
 * The first instances of a ranking, of all that the store has. It computes the rates, over some minutes: they
 * differ from those of the newest samples.
 */
export function createTop (queries: Queries, clock: Clock, everyOf: (profile: Profile) => number) {
  return async (profile: Profile, { metrics, projects, ...ranking }: Ranking): Promise<RankedInstances> => {
    const readings = metrics.flatMap((metric) => {
      const reading = profile.readings[metric]
      return reading === undefined ? [] : [{ metric, ...reading }]
    })
    // A part of a sum would rank differently.
    if (readings.length < metrics.length || projects?.length === 0) return { instances: [], exact: true }
    const sources = readings.flatMap(({ sources }) => sources)
    const now = Math.floor(clock.now() / 1000)
    const age = Math.floor(now - ranking.since / 1000)
    const seconds = Math.min(age, Math.max(rateSeconds, 3 * everyOf(profile)))
    const only = profile.project !== undefined && projects?.length === 1 ? projects[0] : undefined
    const [values, infos] = await Promise.all([
      queries.values('read-top', newestQuery(profile, sources, seconds, only), now),
      profile.info === undefined
        ? undefined
        : queries.labels('read-top', allInfosQuery(profile, age, only), now)
    ])
    const ownerOf = infos === undefined ? ownersByLabel(profile, sources) : ownersByInfo(profile, infos)
    const projectOf = projectsBy(profile, values, ownerOf, infos)
    const isWanted = (project?: string) => projects === undefined || profile.project === undefined ||
      (project !== undefined && projects.includes(project))

    const sums = new Map<string, number>()
    let taken = 0
    for (const { metric, sources, usage } of readings) {
      const columns = sources.map((source) => columnOf(source, taken++, values, ownerOf))
      for (const [id, value] of combineUsages(metric, columns, usage)) {
        sums.set(id, value + (sums.get(id) ?? 0))
      }
    }
    const instances = Array.from(sums, ([instance, usage]): RankedInstance =>
      ({ instance, project: projectOf.get(instance), usage })).filter(({ project }) => isWanted(project))
    return {
      instances: firstOf(instances, ranking), exact: sources.every(({ kind }) => kind === 'gauge')
    }
  }
}

type OwnerOf = (labels: SeriesValue['labels']) => string | undefined

/** The instance by the label of the series itself, at the place that its source has. */
const ownersByLabel = ({ instance }: Profile, sources: Source[]): OwnerOf =>
  ({ [sourceLabel]: number, [instance]: value = '' }) => {
    const source = sources[Number(number)]
    return source && ownerInLabel(value, source)
  }

/** The project of each instance, by the label of its series or of its info series. */
function projectsBy (
  { project, instance }: Profile,
  values: SeriesValue[],
  ownerOf: OwnerOf,
  infos?: Array<SeriesValue['labels']>
) {
  const labelled = infos?.map((labels) => [labels[instance], labels] as const) ??
    values.map(({ labels }) => [ownerOf(labels), labels] as const)
  return new Map(labelled.map(([id, labels]) => [id, project && labels[project]]))
}

/** The value of a source by instance: summed, or averaged, over its devices. */
function columnOf (
  { device = '', devices = 'sum', kind }: Source, number: number, values: SeriesValue[], ownerOf: OwnerOf
) {
  const byDevice = new Map<string, Map<string, number>>()
  for (const { labels, value } of values) {
    const id = labels[sourceLabel] === String(number) ? ownerOf(labels) : undefined
    if (id === undefined) continue
    // Several series of one device are replicas, or follow one another: an instance moves to another host.
    const own = byDevice.get(id) ?? new Map<string, number>()
    const name = kind === 'gauge' ? '' : labels[device] ?? ''
    byDevice.set(id, own.set(name, Math.max(value, own.get(name) ?? -Infinity)))
  }
  return new Map(Array.from(byDevice, ([id, own]) => {
    const sum = [...own.values()].reduce((sum, value) => sum + value, 0)
    return [id, devices === 'sum' ? sum : sum / own.size]
  }))
}
