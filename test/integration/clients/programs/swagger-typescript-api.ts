import { baseUrl, idleId, instanceId, projectId, range, token } from './arguments'
import { Api } from './generated/swagger-typescript-api'
import type { InstanceDetail, ProjectSummary } from './generated/swagger-typescript-api'

const api = new Api({ baseUrl, baseApiParams: { headers: { 'x-auth-token': token } } })
const { v1 } = api

/** The response of a call, or its problem, which is thrown. */
async function of<Data> (call: Promise<{ data: Data }>) {
  return call.then(({ data }) => data, ({ error }) => error)
}

async function main () {
  console.log(JSON.stringify({
    getHealth: await of(api.healthz.getHealth()),
    getReadiness: await of(api.readyz.getReadiness()),
    getMetrics: typeof await api.metrics.getMetrics().then((response) => response.text()),
    listProjectSummaries: await of(v1.listProjectSummaries({ projectName: 'a', sort: '-name' })),
    listProjectSummariesByOldPath: await of(v1.listProjectSummariesByOldPath({ limit: 2 })),
    getProjectTotals: await of(v1.getProjectTotals()),
    getProjectSummary: await of(v1.getProjectSummary(projectId)),
    listInstances: await of(v1.listInstances(projectId, { limit: 3, sort: 'name' })),
    getUsagesOfInstances: await of(v1.getUsagesOfInstances(
      projectId, { ...range, instances: `${instanceId},${idleId}`, usage: 'cpuUsage' }
    )),
    getInstance: await of(v1.getInstance(instanceId)),
    searchInstances: await of(v1.searchInstances({ limit: 2, hostname: 'ka' })),
    listTopInstances: await of(v1.listTopInstances({ by: 'networkIo', order: 'asc', limit: 2 })),
    getUsages: await of(v1.getUsages(instanceId, range)),
    getCpuUsage: await of(v1.getCpuUsage(instanceId, range)),
    getMemUsage: await of(v1.getMemUsage(instanceId, range)),
    getDiskRead: await of(v1.getDiskRead(instanceId, range)),
    getDiskWrite: await of(v1.getDiskWrite(instanceId, range)),
    getNetworkIo: await of(v1.getNetworkIo(instanceId, range)),
    getNetworkPackets: await of(v1.getNetworkPackets(instanceId, range)),
    problem: await of(v1.listInstances(projectId, { limit: 1001 }))
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
  await v1.listInstances(projectId, {})
}
