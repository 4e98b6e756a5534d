import { combineUsages } from '#lib/metrics/combine.js'
import { firstOf } from '#lib/metrics/ranking.js'
import type { RankedInstance, RankedInstances, Ranking } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { isId } from './literals.js'
import { measurementMappings } from './measurements.js'
import { query, queryRanked } from './query.js'
import type { InfluxSettings } from './query.js'
import { newestStatement, topStatement } from './statements.js'
import type { NewestQuery } from './statements.js'

/** Projects of one statement. */
const maxProjects = 500

/**
 * How many times as many candidates by memory are read as are asked for: the percentage that finds them is
 * rounded, and not the value that they are ranked by.
 */
const candidateFactor = 3

/** A value of each measurement, by instance and project. */
type Columns = Array<Map<string, number>>

const [freeMb, totalMb, freePercent] = measurementMappings.memory.measurements as [string, string, string]

/** @param until the clock's latest tolerated time, in unix seconds */
export function createTop (upstream: CallUpstream, settings: InfluxSettings, until: () => number) {
  /** The same query for each part of the projects. */
  function partsOf (measurement: string, perDevice: boolean, { since, projects }: Ranking): NewestQuery[] {
    const common = { measurement, perDevice, since: since / 1000, until: until() }
    if (projects === undefined) return [common]
    const firsts = projects.flatMap((_, number) => number % maxProjects === 0 ? number : [])
    return firsts.map((first) => ({ ...common, projects: projects.slice(first, first + maxProjects) }))
  }

  async function readTop (
    measurement: string, perDevice: boolean, selector: 'top' | 'bottom', count: number, ranking: Ranking
  ): Promise<Map<string, number>> {
    const statements = partsOf(measurement, perDevice, ranking)
      .map((part) => topStatement(selector, count, part))
    const rows = (await queryRanked(upstream, settings, 'read-top', statements)).flat()
      .flatMap(({ values }) => values)
    return new Map(rows.flatMap(([, value, instance, project]) => entryOf(instance, project, value)))
  }

  /** The newest samples of each measurement in one request. */
  async function readNewest (queries: NewestQuery[][]): Promise<Columns> {
    const results = await query(upstream, settings, 'read-top', queries.flat().map(newestStatement))
    return queries.map((parts) => new Map(
      results.splice(0, parts.length).flat().flatMap(({ tags = {}, values: [sample] }) =>
        entryOf(tags.resource_id, tags._tenant_id, sample?.[1]))
    ))
  }

  /**
   * By memory. A percentage finds the candidates, where there is one; the usage of each is made of the same
   * samples as elsewhere. An instance without the percentage is then missing.
   */
  async function topByMemory (ranking: Ranking): Promise<RankedInstances> {
    const selector = ranking.order === 'desc' ? 'bottom' : 'top'
    const percent = await readTop(freePercent, false, selector, candidateFactor * ranking.limit, ranking)
    const instances = percent.size === 0
      ? undefined
      : [...new Set(Array.from(percent.keys(), (key) => key.split(' ')[0]!))]
    const [free, total] = await readNewest([freeMb, totalMb].map((measurement) =>
      partsOf(measurement, false, ranking).map((part) => ({ ...part, instances }))))
    const columns = [free!, total!, percent]
    // Of another project's samples of a candidate there is no percentage.
    const candidates = percent.size === 0 ? free! : percent
    const usages = usagesOf('memory', columns).filter(([key]) => candidates.has(key))
    return { instances: firstOf(usages.map(toRanked), ranking), exact: percent.size === 0 }
  }

  /**
   * The first instances of a ranking. InfluxDB selects them, where they are ranked by one measurement; the
   * sum of two is made here, of all instances.
   */
  return async (ranking: Ranking): Promise<RankedInstances> => {
    const { metrics, order, limit } = ranking
    if (ranking.projects?.length === 0) return { instances: [], exact: true }
    if (metrics.includes('memory')) return topByMemory(ranking)
    const mappings = metrics.map((metric) => measurementMappings[metric])
    const columns = mappings.length === 1
      ? [await readTop(
          mappings[0]!.measurements[0]!, mappings[0]!.perDevice, order === 'desc' ? 'top' : 'bottom', limit,
          ranking
        )]
      : await readNewest(mappings.map(({ measurements, perDevice }) =>
        partsOf(measurements[0]!, perDevice, ranking)))
    const sums = new Map<string, number>()
    for (const [i, metric] of metrics.entries()) {
      for (const [key, usage] of usagesOf(metric, [columns[i]!])) sums.set(key, usage + (sums.get(key) ?? 0))
    }
    return { instances: firstOf(Array.from(sums, toRanked), ranking), exact: true }
  }
}

const usagesOf = (metric: Metric, columns: Columns) =>
  [...combineUsages(metric, columns, measurementMappings[metric].usage)]

/**
 * A value by its instance and project, as one key; none where it has no instance's id. A client chooses the
 * id that it sends: with a space in it, it would name another project as well.
 */
const entryOf = (instance?: string | null, project?: string | null, value?: number | null) =>
  typeof value === 'number' && isId(instance ?? '') ? [[`${instance} ${project ?? ''}`, value] as const] : []

function toRanked ([key, usage]: [key: string, usage: number]): RankedInstance {
  const end = key.indexOf(' ')
  return { instance: key.slice(0, end), project: key.slice(end + 1) || undefined, usage }
}
