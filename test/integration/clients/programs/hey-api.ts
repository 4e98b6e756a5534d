import { baseUrl, idleId, instanceId, projectId, range, token } from './arguments'
import * as api from './generated/hey-api'
import type { InstanceDetail, ProjectSummary } from './generated/hey-api'
import { client } from './generated/hey-api/client.gen'

client.setConfig({ baseUrl, headers: { 'x-auth-token': token } })

/** The response of a call, or its problem. */
async function of<Data, Problem> (call: Promise<{ data: Data | undefined, error: Problem | undefined }>) {
  const { data, error } = await call
  return data ?? error
}
const [project, instance] = [{ path: { projectId } }, { path: { instanceId } }]
const series = { ...instance, query: range }

async function main () {
  console.log(JSON.stringify({
    getHealth: await of(api.getHealth()),
    getReadiness: await of(api.getReadiness()),
    getMetrics: typeof await of(api.getMetrics()),
    listProjectSummaries: await of(api.listProjectSummaries({ query: { projectName: 'a', sort: '-name' } })),
    listProjectSummariesByOldPath: await of(api.listProjectSummariesByOldPath({ query: { limit: 2 } })),
    getProjectTotals: await of(api.getProjectTotals()),
    getProjectSummary: await of(api.getProjectSummary(project)),
    listInstances: await of(api.listInstances({ ...project, query: { limit: 3, sort: 'name' } })),
    getUsagesOfInstances: await of(api.getUsagesOfInstances({
      ...project, query: { ...range, instances: `${instanceId},${idleId}`, usage: 'cpuUsage' }
    })),
    getInstance: await of(api.getInstance(instance)),
    searchInstances: await of(api.searchInstances({ query: { limit: 2, hostname: 'ka' } })),
    listTopInstances: await of(api.listTopInstances({ query: { by: 'networkIo', order: 'asc', limit: 2 } })),
    getUsages: await of(api.getUsages(series)),
    getCpuUsage: await of(api.getCpuUsage(series)),
    getMemUsage: await of(api.getMemUsage(series)),
    getDiskRead: await of(api.getDiskRead(series)),
    getDiskWrite: await of(api.getDiskWrite(series)),
    getNetworkIo: await of(api.getNetworkIo(series)),
    getNetworkPackets: await of(api.getNetworkPackets(series)),
    problem: await of(api.listInstances({ ...project, query: { limit: 1001 } }))
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
  await api.listInstances({ ...project, query: {} })
}
