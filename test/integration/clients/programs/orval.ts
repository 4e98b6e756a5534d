import { baseUrl, idleId, instanceId, projectId, range, token } from './arguments'
import * as api from './generated/orval'
import type { InstanceDetail, ProjectSummary } from './generated/orval'

// The generated functions have relative URLs, as for a page of the same origin.
const { fetch } = globalThis
globalThis.fetch = (url, options) => fetch(new URL(String(url), baseUrl), options)
const options = { headers: { 'x-auth-token': token } }

async function of<Response extends { data: unknown }> (call: Promise<Response>): Promise<Response['data']> {
  return (await call).data
}

async function main () {
  console.log(JSON.stringify({
    getHealth: await of(api.getHealth(options)),
    getReadiness: await of(api.getReadiness(options)),
    // A generated function reads JSON alone; the metrics are text.
    listProjectSummaries: await of(api.listProjectSummaries({ projectName: 'a', sort: '-name' }, options)),
    listProjectSummariesByOldPath: await of(api.listProjectSummariesByOldPath({ limit: 2 }, options)),
    getProjectTotals: await of(api.getProjectTotals(options)),
    getProjectSummary: await of(api.getProjectSummary(projectId, options)),
    listInstances: await of(api.listInstances(projectId, { limit: 3, sort: 'name' }, options)),
    getUsagesOfInstances: await of(api.getUsagesOfInstances(
      projectId, { ...range, instances: `${instanceId},${idleId}`, usage: 'cpuUsage' }, options
    )),
    getInstance: await of(api.getInstance(instanceId, options)),
    searchInstances: await of(api.searchInstances({ limit: 2, hostname: 'ka' }, options)),
    listTopInstances: await of(api.listTopInstances({ by: 'networkIo', order: 'asc', limit: 2 }, options)),
    getUsages: await of(api.getUsages(instanceId, range, options)),
    getCpuUsage: await of(api.getCpuUsage(instanceId, range, options)),
    getMemUsage: await of(api.getMemUsage(instanceId, range, options)),
    getDiskRead: await of(api.getDiskRead(instanceId, range, options)),
    getDiskWrite: await of(api.getDiskWrite(instanceId, range, options)),
    getNetworkIo: await of(api.getNetworkIo(instanceId, range, options)),
    getNetworkPackets: await of(api.getNetworkPackets(instanceId, range, options)),
    problem: await of(api.listInstances(projectId, { limit: 1001 }, options))
  }))
}
main()

/** Mistakes that the types must reject. */
export async function mistakes (detail: InstanceDetail, summary: ProjectSummary) {
  // @ts-expect-error a usage may be null
  detail.cpuUsage.toFixed()
  // @ts-expect-error a usage may be null
  summary.instancesUsed.toFixed()
  // @ts-expect-error the limit is required
  await api.listInstances(projectId, {})
}
