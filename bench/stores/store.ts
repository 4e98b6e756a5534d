import type { Window } from '#lib/time-range.js'
import type { Instance } from '#simulator/instances.js'
import type { Route } from '../service-path.js'

/** How a client without the service reads a store. The queries are not the service's, which may change. */
export interface DirectQueries {
  /** The path for the data of a route: one request of such a client. */
  directPath (route: Route, id: string, window: Window): string
  /** The buckets of each series of the route in the parsed response: starts in unix seconds, and values. */
  seriesOf (route: Route, response: unknown, window: Window): Array<Array<[time: number, value: number]>>
}

/** A real metrics store, which ends with the benchmark. */
export interface Store extends DirectQueries {
  name: string
  origin: string
  pid: number
  /** Absent where the store does not report it: Debian's VictoriaMetrics. */
  version?: string
  /** The service's settings for it. */
  env: Record<string, string>
  /** The number of query requests so far, and the total time that they took, in ms. */
  counters (): Promise<{ requests: number, ms: number }>
  /** Matches the response to a direct query, where it has a sample. */
  sample: RegExp
  /** Remarks on the direct queries, one sentence each. */
  notes: string[]
  /** Ends it before the benchmark does. */
  close (): Promise<void>
}

/** Writes the samples of instances from `start` to `end` (exclusive), in unix seconds. */
export type Fill = (
  instances: Instance[], start: number, end: number, metrics: 'all' | 'cpu'
) => Promise<void>

/** Starts a store with the samples that `fillAll` writes. */
export type StartStore = (fillAll: (fill: Fill) => Promise<void>) => Promise<Store>

/** The instances of a filled store, and the end of their samples. */
export interface Samples {
  /** Instances with samples of the last two hours. */
  instances: Instance[]
  /** 50 instances of one project with samples of the last two hours. */
  pageInstances: Instance[]
  /** Instances with samples of the last eight days. */
  weekOldInstances: Instance[]
  /** The end of the samples in unix seconds: the last start of a five-minute bucket. */
  end: number
}

/** A store with the samples of the simulated cloud. */
export type FilledStore = Store & Samples

const bucket = 300
const pageLength = 50

/**
 * Chooses the instances whose samples a store gets.
 * @param running at least 201 instances
 */
export function chooseSamples (running: Instance[]): Samples {
  return {
    instances: running.slice(0, 200),
    weekOldInstances: running.slice(200, 201),
    pageInstances: pageOf(running.slice(201)),
    end: Math.floor(Date.now() / 1000 / bucket) * bucket
  }
}

/** A page of instances of the first project that has enough of them. */
function pageOf (running: Instance[]) {
  const ofSameProject = (one: Instance) => running.filter(({ projectId }) => projectId === one.projectId)
  const first = running.find((one) => ofSameProject(one).length >= pageLength)
  if (first === undefined) throw new Error(`no project has ${pageLength} running instances`)
  return ofSameProject(first).slice(0, pageLength)
}

const hour = 3600

/** Fills a store: two hours of samples of most instances, and eight days of some. */
export async function fillSamples (
  { instances, pageInstances, weekOldInstances, end }: Samples, fill: Fill
) {
  await fill([...instances, ...pageInstances], end - 2 * hour, end, 'all')
  await fill(weekOldInstances, end - 8 * 24 * hour, end, 'all')
}
