import type { Test } from 'tap'
import type { SimulatorOptions } from '#simulator/simulator.js'
import { startService as startOnSimulator } from '#test/support/service.js'
import { noon } from '#test/support/influxdb/points.js'

/** The series of a response by name, as [seconds after noon, usage]. */
export type Usages = Record<string, Array<[seconds: number, usage: number]>>

/** The body of the six usage routes. */
export type Body = Array<{ name: string, metric: Array<{ time: number, usage: number }> }>

/** The body of the instances route, as far as these tests check it. */
export interface Page {
  metric: Array<{ instance_id: string, cpuUsage: number | null, memoryUsage: number | null }>
  totalCnt: number
  unavailable?: string[]
}

/** The service's default time: not near the start of a bucket. */
export const now = noon + 3_599_789

export interface ServiceOptions {
  env?: Record<string, string>
  cloud?: SimulatorOptions
  /** Unix milliseconds, for the service and for the cloud. */
  clock?: () => number
}

/** Starts the service without caches, over the InfluxDB at `url` and a simulated cloud. */
export async function startService (
  t: Test, url: string, { env, cloud, clock = () => now }: ServiceOptions = {}
) {
  const log: string[] = []
  const { app } = await startOnSimulator(t, {
    projects: 2,
    instances: 40,
    ...cloud,
    env: { INFLUX_URL: url, CACHE: 'off', LOG_LEVEL: 'trace', ...env },
    logger: { stream: { write: (line: string) => { log.push(line) } } },
    now: clock
  })

  /** Requests a path below `/v1/openstack/projects/`. */
  const get = (path: string) => app.inject(`/v1/openstack/projects/${path}`)

  const getOk = async (path: string) => {
    const response = await get(path)
    if (response.statusCode !== 200) {
      throw new Error(`${path} returned ${response.statusCode}: ${response.body}`)
    }
    return response
  }

  /** The instances of a project. @throws Error for any status but 200 */
  const instances = async (project: string, query = 'limit=1000'): Promise<Page> => {
    return (await getOk(`${project}/instances?${query}`)).json<Page>()
  }

  /** The id of the project with the most instances, and theirs. */
  const largestProject = async () => {
    const projects = (await get('summary')).json<Array<{ id: string, instancesUsed: number }>>()
    const { id } = projects.reduce((largest, project) =>
      project.instancesUsed > largest.instancesUsed ? project : largest)
    return { project: id, ids: (await instances(id)).metric.map(instance => instance.instance_id) }
  }

  /** The series of a usage route. @throws Error for any status but 200 */
  const usage = async (instance: string, route: string, query: string): Promise<Usages> => {
    const response = await getOk(`${instance}/${route}?${query}`)
    return Object.fromEntries(response.json<Body>().map(({ name, metric }) => [
      name, metric.map(({ time, usage }) => [time - noon / 1000, usage])
    ]))
  }

  /** The state of the metrics store at `/readyz`. */
  const state = async () => (await app.inject('/readyz')).json().upstreams.metrics

  return { get, usage, instances, largestProject, state, log }
}

/** The query parameters of a range in seconds after noon. */
export function between (from: number, to: number, groupBy: string) {
  return `timeRangeFrom=${noon / 1000 + from}&timeRangeTo=${noon / 1000 + to}&groupBy=${groupBy}`
}
