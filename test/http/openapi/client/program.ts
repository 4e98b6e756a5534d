import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

// A program of someone who has nothing but the OpenAPI document: it is compiled against types that are
// generated from it, and run against a service whose URL and a token for it are given. What it finds it
// prints as JSON.
type Schemas = components['schemas']
const [,, baseUrl, token] = process.argv
const client = createClient<paths>({ baseUrl: baseUrl!, headers: { 'x-auth-token': token } })

const thrown = (problem: Schemas['Problem']) =>
  new Error(`${problem.status} ${problem.title}: ${problem.detail}`)

async function listProjects (): Promise<Schemas['ProjectSummary'][]> {
  const { data, error } = await client.GET('/v1/openstack/projects/summary')
  if (error) throw thrown(error)
  return data
}

/** All instances of a project, three a page, from link to link. */
async function listInstances (projectId: string) {
  const instances: Schemas['Instance'][] = []
  let pages = 0
  for (let marker: string | null = ''; marker !== null; pages++) {
    const query: { limit: number, marker?: string } = marker === '' ? { limit: 3 } : { limit: 3, marker }
    const { data, error, response } = await client.GET('/v1/openstack/projects/{projectId}/instances', {
      params: { path: { projectId }, query }
    })
    if (error) throw thrown(error)
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
  if (error) throw thrown(error)
  return data.map(
    ({ name, metric }) => ({ name, mean: metric.reduce((sum, { usage }) => sum + usage, 0) / metric.length })
  )
}

async function askTooMuch (projectId: string) {
  const { data, error, response } = await client.GET('/v1/openstack/projects/{projectId}/instances', {
    params: { path: { projectId }, query: { limit: 1001 } }
  })
  if (data) throw new Error('that was too much')
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
const loads = instances.map(({ cpuUsage }) => cpuUsage).filter((load) => load !== null)

console.log(JSON.stringify({
  projects: projects.length,
  unlimited: projects.filter(({ instancesLimit }) => instancesLimit === -1).map(({ name }) => name),
  unknown: projects.filter(
    ({ volumeStorageUsed }) => volumeStorageUsed === null
  ).map(({ name, unavailable }) => ({ name, unavailable })),
  pages,
  ids: instances.map(({ instance_id: id }) => id),
  loaded: loads.map((load) => load.toFixed(1)).length,
  traffic: await readTraffic(instances.find(({ cpuUsage }) => cpuUsage !== null)!.instance_id),
  problem: await askTooMuch(largest!.id)
}))

/**
 * What the types must refuse. The compiler complains of a line here that it does not refuse; nothing here is
 * run.
 */
export async function mistakes (
  instance: Schemas['Instance'], project: Schemas['ProjectSummary'], problem: Schemas['Problem']
) {
  // @ts-expect-error a load may be unknown
  instance.cpuUsage.toFixed()
  // @ts-expect-error so may a quota
  project.vcpusLimit.toFixed()
  // @ts-expect-error nothing may have failed
  project.unavailable.includes('network')
  // @ts-expect-error identity cannot fail for one project
  project.unavailable?.includes('identity')
  // @ts-expect-error there may be no bad parameter
  problem.errors.at(0)
  // @ts-expect-error there is no such property
  instance.memUsage?.toFixed()
  // @ts-expect-error there is no such path
  await client.GET('/v1/openstack/projects')
  // @ts-expect-error a page must have a limit
  await client.GET('/v1/openstack/projects/{projectId}/instances', {
    params: { path: { projectId: 'a' }, query: {} }
  })
  // @ts-expect-error which is a number
  await client.GET('/v1/openstack/projects/{projectId}/instances', {
    params: { path: { projectId: 'a' }, query: { limit: '1' } }
  })
  // @ts-expect-error and there is no such parameter
  await client.GET('/v1/openstack/projects/summary', { params: { query: { project: 'a' } } })
}
