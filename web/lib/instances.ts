import { answer, api } from './api.js'
import type { Answer } from './api.js'
import { requestOf } from './range.js'
import { sendsSamples } from './states.js'
import type { Instance, InstancePage, InstanceUsages } from './types.js'

/** Instances of a page, and of each "show more". */
export const pageSize = 50
/** The API's own bounds of one request. */
const maxPage = 1000
const maxInstances = 100

export const sorts = ['-created', 'created', 'name', '-name'] as const
export type InstanceSort = typeof sorts[number]

export interface InstanceFilters {
  hostname?: string
  state?: string
  address?: string
  sort?: InstanceSort
}

type Options = { signal: AbortSignal, cache: RequestCache }

export const readInstance = (instanceId: string, options: Options) => answer(api.GET(
  '/v1/openstack/instances/{instanceId}', { params: { path: { instanceId } }, ...options }
))

/** The first `count` instances that match, whatever number of pages that takes. */
export async function readInstances (
  projectId: string, filters: InstanceFilters, count: number, options: Options
): Promise<Answer<InstancePage>> {
  let whole: Answer<InstancePage> | undefined
  do {
    const got: number = whole?.data.metric.length ?? 0
    const query = {
      ...filters as { state?: 'ACTIVE' }, limit: Math.min(count - got, maxPage), marker: whole?.next
    }
    const page: Answer<InstancePage> = await answer(api.GET(
      '/v1/openstack/projects/{projectId}/instances', { params: { path: { projectId }, query }, ...options }
    ))
    const before: Instance[] = whole?.data.metric ?? []
    whole = {
      ...page,
      age: Math.max(page.age, whole?.age ?? 0),
      data: { ...page.data, metric: [...before, ...page.data.metric] }
    }
  } while (whole.next !== undefined && whole.data.metric.length < count)
  return whole
}

/** The last hour of an instance's CPU and memory, in percent. */
export interface LastHour { cpu: Array<number | null>, memory: Array<number | null> }

/** The last hour of instances by their ids, in as few requests as the API allows. */
export async function readLastHours (
  projectId: string, instances: Instance[], options: Options
): Promise<Answer<Map<string, LastHour>>> {
  const ids = instances.filter(({ state }) => sendsSamples(state)).map((instance) => instance.instance_id)
  const chunks = Array.from({ length: Math.ceil(ids.length / maxInstances) }, (_, n) =>
    ids.slice(n * maxInstances, (n + 1) * maxInstances))
  const range = requestOf({ live: '1h', length: 3600 }, 120)
  const answers = await Promise.all(chunks.map((chunk) => answer(api.GET(
    '/v1/openstack/projects/{projectId}/instances/usages',
    {
      params: {
        path: { projectId }, query: { instances: chunk.join(','), usage: 'cpuUsage,memUsage', ...range }
      },
      ...options
    }
  ))))
  const hours = answers.flatMap(({ data }) => data.instances).map(({ instance_id: id, usages }) => {
    const [cpu = [], memory = []] = usages.map(({ series }) => series[0]?.values ?? [])
    return [id, { cpu, memory }] as const
  })
  return {
    data: new Map(hours),
    age: Math.max(0, ...answers.map(({ age }) => age)),
    maxAge: Math.max(5, ...answers.map(({ maxAge }) => maxAge)),
    incomplete: false
  }
}

/** The series of one usage; none where the response lacks it. */
export const seriesOf = ({ usages }: InstanceUsages, usage: string) =>
  usages.find((found) => found.usage === usage)?.series ?? []
