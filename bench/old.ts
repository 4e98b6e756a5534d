import { request } from 'undici'

/**
 * A baseline, and nothing of the service: how the system that the API comes from read a cloud, over the same HTTP client.
 * One call after another: two to each of three services for each project, for its limits and for its usages; and for a page of
 * instances three queries each, for CPU and for memory, free and total.
 */
export interface OldSystem {
  /** The ids of the projects: what a summary begins with. */
  projects (): Promise<string[]>
  /** What it asks about one of them. */
  project (id: string): Promise<void>
  /** The ids of a page of servers: what a page of instances begins with. */
  servers (project: string, limit: number): Promise<string[]>
  /** What it asks about one of them. */
  server (id: string): Promise<void>
}

const services = ['compute', 'network', 'volumev3'] as const

const measurements = ['cpu.utilization_norm_perc', 'mem.free_mb', 'mem.total_mb']

/** Logs in, once: that system kept its token too. @param env the settings that point the service at the same cloud */
export async function startOldSystem (env: Record<string, string>): Promise<OldSystem> {
  const { token, endpoints } = await login(env)
  const get = async (url: string) => {
    const { statusCode, body } = await request(url, { headers: { 'x-auth-token': token, 'openstack-api-version': 'compute 2.47' } })
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`)
    return await body.json() as Record<string, Array<{ id: string }>>
  }
  const quotas: Record<typeof services[number], (id: string) => string> = {
    compute: (id) => `${endpoints.compute}/limits?tenant_id=${id}`,
    network: (id) => `${endpoints.network}/v2.0/quotas/${id}/details.json`,
    volumev3: (id) => `${endpoints.volumev3}/os-quota-sets/${id}?usage=true`
  }

  const idsOf = (rows: Array<{ id: string }> = []) => rows.map(({ id }) => id)

  return {
    projects: async () => idsOf((await get(`${env.OS_AUTH_URL}/projects`)).projects),

    async project (id) {
      for (const service of services) {
        await get(quotas[service](id))
        await get(quotas[service](id))
      }
    },

    servers: async (project, limit) =>
      idsOf((await get(`${endpoints.compute}/servers/detail?all_tenants=1&project_id=${project}&limit=${limit}`)).servers),

    async server (id) {
      for (const measurement of measurements) await get(lastPath(env, measurement, id))
    }
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

async function login (env: Record<string, string>) {
  const domain = { name: env.OS_USER_DOMAIN_NAME }
  const { headers, body } = await request(`${env.OS_AUTH_URL}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: env.OS_USERNAME, domain, password: env.OS_PASSWORD } } },
        scope: { project: { name: env.OS_PROJECT_NAME, domain } }
      }
    })
  })
  const { token: { catalog } } = await body.json() as { token: { catalog: Array<{ type: string, endpoints: Array<{ url: string }> }> } }
  const urls = catalog.map(({ type, endpoints }) => [type, endpoints[0]!.url])
  return { token: String(headers['x-subject-token']), endpoints: Object.fromEntries(urls) as Record<typeof services[number], string> }
}
