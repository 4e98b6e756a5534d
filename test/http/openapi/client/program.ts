import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

// A client written from the OpenAPI document alone. It compiles with types generated from the document, and
// runs with the URL of a service and a token as arguments. It prints its results as JSON.
type Schemas = components['schemas']
const [,, baseUrl, token] = process.argv
const client = createClient<paths>({ baseUrl: baseUrl!, headers: { 'x-auth-token': token } })

const errorOf = ({ status, title, detail }: Schemas['Problem']) => new Error(`${status} ${title}: ${detail}`)

async function listProjects (): Promise<Schemas['ProjectSummary'][]> {
  const { data, error } = await client.GET('/v1/openstack/projects/summary')
  if (error) throw errorOf(error)
  return data
}

/** Follows the links through all instances of a project, three per page. */
async function listInstances (projectId: string) {
  const instances: Schemas['Instance'][] = []
  let pages = 0
  for (let marker: string | null = ''; marker !== null; pages++) {
    const query: { limit: number, marker?: string } = marker === '' ? { limit: 3 } : { limit: 3, marker }
    const { data, error, response } = await client.GET('/v1/openstack/projects/{projectId}/instances', {
      params: { path: { projectId }, query }
    })
    if (error) throw errorOf(error)
    instances.push(...data.metric)
    const [, next] = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '') ?? []
    marker = next === undefined ? null : new URL(next, response.url).searchParams.get('marker')
  }
  return { instances, pages }
}

async function readTraffic (instanceId: string) {
  const { data, error } = await client.GET('/v1/openstack/projects/{instanceId}/networkIo', {
    params: { path: { instanceId }, query: { defaultTimeRange: '10m', groupBy: '1m' } }
  })
  if (error) throw errorOf(error)
  const meanOf = (buckets: Schemas['Bucket'][]) =>
    buckets.reduce((sum, { usage }) => sum + usage, 0) / buckets.length
  return data.map(({ name, metric }) => ({ name, mean: meanOf(metric) }))
}

/** A project and an instance of it, each by a route of its own. */
async function readAlone (projectId: string, instanceId: string) {
  const projectPath = { params: { path: { projectId } } }
  const { data: project, error: projectError } =
    await client.GET('/v1/openstack/projects/{projectId}/summary', projectPath)
  if (projectError) throw errorOf(projectError)
  const { data: instance, error: instanceError } = await client.GET('/v1/openstack/instances/{instanceId}', {
    params: { path: { instanceId } }
  })
  if (instanceError) throw errorOf(instanceError)
  return { name: project.name, projectName: instance.projectName, instance: instance.instance_id }
}

async function readColumns (projectId: string, instanceId: string) {
  const range = { defaultTimeRange: '10m', groupBy: '1m' }
  const { data: alone, error: aloneError } = await client.GET('/v1/openstack/projects/{instanceId}/usages', {
    params: { path: { instanceId }, query: { ...range, usage: 'cpuUsage' } }
  })
  if (aloneError) throw errorOf(aloneError)
  const { data, error } = await client.GET('/v1/openstack/projects/{projectId}/instances/usages', {
    params: {
      path: { projectId }, query: { ...range, instances: `${instanceId},unknown`, usage: 'cpuUsage' }
    }
  })
  if (error) throw errorOf(error)
  const knownOf = ({ series }: Schemas['UsageSeries']) =>
    series.map(({ name, values }) => [name, values.filter((value) => value !== null).length] as const)
  return {
    alone: alone.usages.flatMap(knownOf),
    together: data.instances.map(({ usages }) => usages.flatMap(knownOf)),
    same: data.count === alone.count && data.step === 60
  }
}

async function exceedLimit (projectId: string) {
  const { data, error, response } = await client.GET('/v1/openstack/projects/{projectId}/instances', {
    params: { path: { projectId }, query: { limit: 1001 } }
  })
  if (data) throw new Error('a page of 1001 instances was accepted')
  return {
    status: error.status,
    detail: error.detail,
    errors: error.errors?.map(({ parameter }) => parameter),
    type: response.headers.get('content-type')
  }
}

const projects = await listProjects()
const [largest] = projects.toSorted((a, b) => (b.instancesUsed ?? 0) - (a.instancesUsed ?? 0))
const { instances, pages } = await listInstances(largest!.id)
const measured = instances.find(({ cpuUsage }) => cpuUsage !== null)!
const cpuUsages = instances.map(({ cpuUsage }) => cpuUsage).filter((usage) => usage !== null)

console.log(JSON.stringify({
  projects: projects.length,
  unlimited: projects.filter(({ instancesLimit }) => instancesLimit === -1).map(({ name }) => name),
  unknown: projects.filter(({ volumeStorageUsed }) => volumeStorageUsed === null)
    .map(({ name, unavailable }) => ({ name, unavailable })),
  pages,
  ids: instances.map(({ instance_id: id }) => id),
  withCpuUsage: cpuUsages.map((usage) => usage.toFixed(1)).length,
  traffic: await readTraffic(measured.instance_id),
  alone: await readAlone(largest!.id, measured.instance_id),
  columns: await readColumns(largest!.id, measured.instance_id),
  problem: await exceedLimit(largest!.id)
}))

/**
 * Mistakes that the types must reject: the compiler reports each line that it accepts. This function is never
 * called.
 */
export async function mistakes (
  instance: Schemas['Instance'],
  project: Schemas['ProjectSummary'],
  problem: Schemas['Problem'],
  detail: Schemas['InstanceDetail'],
  series: Schemas['ValueSeries']
) {
  // @ts-expect-error a usage may be null
  instance.cpuUsage.toFixed()
  // @ts-expect-error the name of a project may be null
  detail.projectName.trim()
  // @ts-expect-error a value may be null
  series.values.map((value) => value.toFixed())
  // @ts-expect-error a limit may be null
  project.vcpusLimit.toFixed()
  // @ts-expect-error it is absent in complete responses
  project.unavailable.includes('network')
  // @ts-expect-error identity is never unavailable for one project
  project.unavailable?.includes('identity')
  // @ts-expect-error it is absent without an invalid parameter
  problem.errors.at(0)
  // @ts-expect-error the property does not exist
  instance.memUsage?.toFixed()
  // @ts-expect-error the path does not exist
  await client.GET('/v1/openstack/projects')
  const [instances, path] = ['/v1/openstack/projects/{projectId}/instances', { projectId: 'a' }] as const
  // @ts-expect-error the limit is required
  await client.GET(instances, { params: { path, query: {} } })
  // @ts-expect-error the limit is a number
  await client.GET(instances, { params: { path, query: { limit: '1' } } })
  // @ts-expect-error the parameter does not exist
  await client.GET('/v1/openstack/projects/summary', { params: { query: { project: 'a' } } })
}
