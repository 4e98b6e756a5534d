import type { Test } from 'tap'
import type { SimulatorOptions } from '#simulator/simulator.js'
import { startService as startOnSimulator } from '#test/support/service.js'
import { noon } from '#test/support/influxdb/points.js'

/** One series of an answer: its points as [seconds after noon, usage]. */
export type Usages = Record<string, Array<[seconds: number, usage: number]>>

/** What the six routes answer. */
export type Body = Array<{ name: string, metric: Array<{ time: number, usage: number }> }>

/** What the instances of a project are answered as, as far as these tests go. */
export interface Page {
  metric: Array<{ instance_id: string, cpuUsage: number | null, memoryUsage: number | null }>
  totalCnt: number
  unavailable?: string[]
}

/** The time that a service is told it is, unless a test says otherwise: nowhere near a bucket's start. */
export const now = noon + 3_599_789

export interface ServiceOptions {
  env?: Record<string, string>
  cloud?: SimulatorOptions
  /** Unix milliseconds, for the service and for the cloud. */
  clock?: () => number
}

/**
 * The service over the InfluxDB at `url` and a simulated cloud, both ended with the test. It keeps nothing,
 * so each request reads.
 */
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

  /** Asks for a path below `/v1/openstack/projects/`. */
  const get = (path: string) => app.inject(`/v1/openstack/projects/${path}`)

  /** Asks for the instances of a project, which must be there. */
  const instances = async (project: string, query = 'limit=1000'): Promise<Page> => {
    const answer = await get(`${project}/instances?${query}`)
    if (answer.statusCode !== 200) {
      throw new Error(`instances?${query} answered ${answer.statusCode}: ${answer.body}`)
    }
    return answer.json<Page>()
  }

  /** Ids of the project that has the most instances, and of those. */
  const crowd = async () => {
    const projects = (await get('summary')).json<Array<{ id: string, instancesUsed: number }>>()
    const { id } = projects.reduce(
      (most, project) => project.instancesUsed > most.instancesUsed ? project : most
    )
    return { project: id, ids: (await instances(id)).metric.map(instance => instance.instance_id) }
  }

  /** Asks for a series, which must be there. */
  const usage = async (instance: string, route: string, query: string): Promise<Usages> => {
    const answer = await get(`${instance}/${route}?${query}`)
    if (answer.statusCode !== 200) {
      throw new Error(`${route}?${query} answered ${answer.statusCode}: ${answer.body}`)
    }
    return Object.fromEntries(answer.json<Body>().map(({ name, metric }) => [
      name, metric.map(({ time, usage }) => [time - noon / 1000, usage])
    ]))
  }
  return { get, usage, instances, crowd, log }
}

/** The query of an absolute range, in seconds after noon. */
export function between (from: number, to: number, groupBy: string) {
  return `timeRangeFrom=${noon / 1000 + from}&timeRangeTo=${noon / 1000 + to}&groupBy=${groupBy}`
}
