import { latencyMs } from '../cloud.js'
import type { SimulatedCloud } from '../cloud.js'
import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Line } from '../table.js'
import type { Row } from '../upstreams.js'

/** An uncached summary, of 100 and of 1,000 projects. */
export const summary: Row = async (upstreams, { rounds }) => {
  const line = (cloud: SimulatedCloud, maxMs: number) => measure('S', {
    measures: `summary of ${formatNumber(cloud.size.projects)} projects`,
    cloud,
    path: '/v1/openstack/projects/summary',
    rounds,
    maxMs
  })
  return [await line(await upstreams.smallCloud(), 250), await line(await upstreams.largeCloud(), 2500)]
}

/** An uncached page of instances, of 10 and of 100. */
export const instances: Row = async (upstreams, { rounds }) => {
  const cloud = await upstreams.smallCloud()
  const [project] = [...cloud.content.instancesByProject].sort(([, a], [, b]) => b.length - a.length)[0]!
  const line = (limit: number) => measure('I', {
    measures: `page of ${limit} instances`,
    cloud,
    path: `/v1/openstack/projects/${project}/instances?limit=${limit}`,
    rounds,
    maxMs: 60
  })
  return [await line(10), await line(100)]
}

interface Measurement {
  measures: string
  cloud: SimulatedCloud
  path: string
  rounds: number
  maxMs: number
}

/** Sends one request per round to a service without caches, after a first request that does not count. */
async function measure (row: string, { measures, cloud, path, rounds, maxMs }: Measurement): Promise<Line> {
  const service = await startService({ ...cloud.env, CACHE: 'off' })
  const { ms: firstMs } = await timedGet(service.origin + path)
  const times: number[] = []
  const calls: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = await cloud.received()
    times.push((await timedGet(service.origin + path)).ms)
    calls.push(await cloud.received() - before)
  }
  const residentMb = residentMbOf(service.pid)
  await service.close()

  const figures = { ...percentiles(times), calls: median(calls) }
  return {
    row,
    measures: `${measures}, ${latencyMs} ms a call, uncached, warm process`,
    against: '',
    target: `≤ ${formatNumber(maxMs)} ms`,
    measured: `${formatNumber(figures.p50)} ms`,
    targetMet: figures.p50 <= maxMs,
    service: figures,
    residentMb,
    notes: [`\`CACHE=off\`, one request in each of ${rounds} rounds; ` +
      `the first request after the start took ${formatNumber(firstMs)} ms`]
  }
}
