import type { Test } from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { SimulatorOptions } from '#simulator/simulator.js'
import { startService } from '#test/support/service.js'

/** The time of all responses. */
const now = Date.parse('2026-11-23T12:00:00.500Z')

const projects = '/v1/openstack/projects'
const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const ranges = ['defaultTimeRange=5m&groupBy=1m', 'timeRangeFrom=3h&timeRangeTo=1h&groupBy=1h']

/** Requests for the eight routes of the contract, and some that are rejected. */
const urls = [
  ...['summary', 'summaries', 'summary?projectName=adm', 'summary?limit=1']
    .map((path) => `${projects}/${path}`),
  `${projects}/summary?limit=0`,
  `${projects}/summary?marker=${demoInstanceId}`,
  `${projects}/${demoProjectId}/instances?limit=10`,
  `${projects}/${adminProjectId}/instances?limit=3`,
  `${projects}/${adminProjectId}/instances?limit=2&hostname=0`,
  `${projects}/${adminProjectId}/instances?limit=2&marker=${adminInstanceId}`,
  `${projects}/${adminProjectId}/instances`,
  `${projects}/${demoInstanceId}/instances?limit=1`,
  ...usages.flatMap((usage) => [
    ...ranges.map((range) => `${projects}/${adminInstanceId}/${usage}?${range}`),
    `${projects}/${demoInstanceId}/${usage}?${ranges[1]}`,
    `${projects}/none/${usage}?${ranges[0]}`,
    `${projects}/${adminInstanceId}/${usage}?defaultTimeRange=1d&groupBy=1s`,
    `${projects}/${adminInstanceId}/${usage}?defaultTimeRange=1d`,
    `${projects}/${adminInstanceId}/${usage}?${ranges[0]}&usage=cpuUsage`
  ])
]

/** A response, without the headers that a new route may add to all of them. */
export interface RecordedResponse {
  status: number
  type: string
  etag?: string
  link?: string
  body: string
}

/** The responses to these requests over a metrics store, by URL. The simulated cloud is always the same. */
export async function readResponses (t: Test, metricsStore: SimulatorOptions['metricsStore']) {
  const { app } = await startService(t, { projects: 2, instances: 4, metricsStore, now: () => now })
  const responses: Record<string, RecordedResponse> = {}
  for (const url of urls) {
    const { statusCode, headers, body } = await app.inject(url)
    const { etag, link } = headers as Record<string, string | undefined>
    responses[url] = {
      status: statusCode,
      type: String(headers['content-type']),
      ...(etag && { etag }),
      ...(link && { link }),
      body
    }
  }
  return responses
}
