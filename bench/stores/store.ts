import type { Instance } from '#simulator/instances.js'
import type { Window } from '#lib/time-range.js'
import type { Route } from '../service-path.js'

/** A real metrics store with the samples of the simulated cloud, which ends with the benchmark. */
export interface FilledStore {
  name: string
  origin: string
  pid: number
  /** Absent where the store does not report it: Debian's VictoriaMetrics. */
  version?: string
  /** The service's settings for it. */
  env: Record<string, string>
  /** Instances with samples of the last two hours. */
  instances: Instance[]
  /** 50 instances of one project with samples of the last two hours. */
  pageInstances: Instance[]
  /** Instances with samples of the last eight days. */
  weekOldInstances: Instance[]
  /** The end of the samples in unix seconds: the last start of a five-minute bucket. */
  end: number
  /** The number of query requests so far, and the total time that they took, in ms. */
  counters (): Promise<{ requests: number, ms: number }>
  /**
   * The path for the data of a route: the request of a client without the service. The queries are written
   * here, not taken from the service, because the service's queries may change.
   */
  directPath (route: Route, instance: Instance, window: Window): string
  /** Matches the response to such a request, where it has a sample. */
  sample: RegExp
  /** Remarks on these requests, one sentence each. */
  notes: string[]
}

/** The instances of a filled store, and the end of their samples. */
export type Samples = Pick<FilledStore, 'instances' | 'pageInstances' | 'weekOldInstances' | 'end'>

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
  { instances, pageInstances, weekOldInstances, end }: Samples,
  fill: (instances: Instance[], start: number, end: number) => Promise<void>
) {
  await fill([...instances, ...pageInstances], end - 2 * hour, end)
  await fill(weekOldInstances, end - 8 * 24 * hour, end)
}
