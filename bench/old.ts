import { request } from 'undici'
import { logIn } from './login.js'

/**
 * A baseline, and nothing of the service: how the system that the API comes from read a cloud, over the same HTTP client.
 * What it does at once follows from what it took where a call takes 20 ms: 2.3 s for a summary of 100 projects, 23 ms a project, so its
 * six calls of a project went at once, and one project after another; and 65 ms for a page of 10 instances, which is the list and then
 * two more calls one after another, so all instances at once. All three queries of an instance one after another would make 80 ms, all at once 40.
 */
export interface OldSystem {
  /** The ids of the projects: what a summary begins with. */
  projects (): Promise<string[]>
  /** What it asks about these: two calls to each of three services for each project, for its limits and for its usages. */
  quotas (ids: string[]): Promise<unknown>
  /** The ids of a page of servers: what a page of instances begins with. */
  servers (project: string, limit: number): Promise<string[]>
  /** What it asks about these: a query for each one's CPU, then two for its memory, free and total. */
  loads (ids: string[]): Promise<unknown>
}

/** Logs in, once: that system kept its token too. @param env the settings that point the service at the same cloud */
export async function startOldSystem (env: Record<string, string>): Promise<OldSystem> {
  const { token, endpoints } = await logIn(env)
  const get = async (url: string) => {
    const { statusCode, body } = await request(url, { headers: { 'x-auth-token': token, 'openstack-api-version': 'compute 2.47' } })
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`)
    return await body.json() as Record<string, Array<{ id: string }>>
  }
  const quotasOf = (id: string) => [
    `${endpoints.compute}/limits?tenant_id=${id}`,
    `${endpoints.network}/v2.0/quotas/${id}/details.json`,
    `${endpoints.volumev3}/os-quota-sets/${id}?usage=true`
  ]
  const last = (measurement: string, id: string) => get(lastPath(env, measurement, id))
  const idsOf = (rows: Array<{ id: string }> = []) => rows.map(({ id }) => id)

  return {
    projects: async () => idsOf((await get(`${env.OS_AUTH_URL}/projects`)).projects),

    async quotas (ids) {
      for (const id of ids) await Promise.all([...quotasOf(id), ...quotasOf(id)].map(get))
    },

    servers: async (project, limit) =>
      idsOf((await get(`${endpoints.compute}/servers/detail?all_tenants=1&project_id=${project}&limit=${limit}`)).servers),

    loads: (ids) => Promise.all(ids.map(async (id) => {
      await last('cpu.utilization_norm_perc', id)
      await Promise.all([last('mem.free_mb', id), last('mem.total_mb', id)])
    }))
  }
}

function lastPath ({ INFLUX_URL, INFLUX_DATABASE }: Record<string, string>, measurement: string, id: string) {
  const query = new URLSearchParams({
    db: INFLUX_DATABASE!,
    q: `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND "resource_id" = $id GROUP BY "resource_id"`,
    params: JSON.stringify({ id, since: new Date(Date.now() - 120_000).toISOString() })
  })
  return `${INFLUX_URL}/query?${query}`
}
