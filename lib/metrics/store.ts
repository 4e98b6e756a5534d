import type { Window } from '#lib/time-range.js'
import type { Column } from './columns.js'
import type { Metric } from './usages.js'

/** An instance's usage by its newest samples, and when the older of those was taken, in unix seconds. */
export interface LatestSample {
  time: number
  usage: number
}

/** A project, or the project of each instance. */
export type ProjectOrOwners = string | ReadonlyMap<string, string>

/** The instances to find: those with the highest or the lowest usage. */
export interface Ranking {
  /** The metrics whose usages are added up. */
  metrics: Metric[]
  order: 'desc' | 'asc'
  /** At most this many instances. */
  limit: number
  /** Unix milliseconds; older samples do not count. */
  since: number
  /** The only projects whose series count; all where it is not given. */
  projects?: string[]
}

export interface RankedInstance {
  instance: string
  /** The project of its series, which a client may have written; `undefined` where they name none. */
  project?: string
  usage: number
}

export interface RankedInstances {
  /** In the order of the ranking; of equal ones by id. */
  instances: RankedInstance[]
  /** Whether no other instance belongs among them, and each usage is that of the newest samples. */
  exact: boolean
}

/**
 * The reads that the service needs from a metrics store. Each product implements it in a folder of its own.
 */
export interface MetricsStore {
  /** Whether clients of the cloud may write samples of any instance, as Monasca's API lets them. */
  clientsWrite: boolean
  /**
   * Whether each project's series are stored apart: `latest` then needs a project, and `series` is faster
   * with one.
   */
  needsProject?: boolean
  /**
   * The usages of several metrics of an instance.
   * @param project where given, only series of this project count
   * @returns one column a metric
   * @throws UpstreamError
   */
  series (metrics: Metric[], instance: string, window: Window, project?: string): Promise<Column[]>
  /**
   * The same of several instances, in requests that ask for more at once than those of `series` do.
   * @returns for each instance, in order, one column a metric
   * @throws UpstreamError
   */
  seriesOfMany (
    metrics: Metric[], instances: string[], window: Window, project?: string
  ): Promise<Column[][]>
  /**
   * Whether the store leaves out the series of other projects where a project is given. It cannot where the
   * exporter names none.
   * @throws UpstreamError where the exporter is not known yet
   */
  bindsProject (): Promise<boolean>
  /**
   * The newest usage of each instance.
   * @param since unix milliseconds; older samples do not count
   * @param project where given, only series of this project count; or, of each instance, those of its own
   * @returns one map by instance id a metric; instances without samples are left out
   * @throws UpstreamError
   */
  latest (
    metrics: Metric[], instances: string[], since: number, project?: ProjectOrOwners
  ): Promise<Array<Map<string, LatestSample>>>
  /**
   * The instances with the highest or the lowest usage. An instance with series of several projects is among
   * them once for each.
   * @throws UpstreamError
   */
  top (ranking: Ranking): Promise<RankedInstances>
  /**
   * The projects that have series of an instance: one, unless a client sent samples in another project's
   * name.
   * @param project where given, the only project that is looked for
   * @throws UpstreamError
   */
  projectsOf (instance: string, project?: string): Promise<string[]>
  /**
   * Checks that the store can do what the reads need: it responds to a read of nothing with the same
   * credential.
   * @throws UpstreamError
   */
  check (): Promise<void>
  /** How many reads of series are queued. */
  queued (): number
}
