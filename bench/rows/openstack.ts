import type { SimulatedCloud } from '../cloud.js'
import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Line } from '../table.js'
import type { Row } from '../upstreams.js'

const summaryPath = '/v1/openstack/projects/summary'

/** An uncached summary, of 100 and of 1,000 projects; and the first one after a start, on a slow cloud. */
export const summary: Row = async (upstreams, { rounds }) => {
  const line = (cloud: SimulatedCloud, maxMs: number) => measure('S', {
    measures: `summary of ${formatNumber(cloud.size.projects)} projects`,
    cloud,
    path: summaryPath,
    rounds,
    maxMs
  })
  return [
    await line(await upstreams.smallCloud(), 250),
    await line(await upstreams.largeCloud(), 2500),
    await measureFirst(await upstreams.slowCloud(), rounds, 4000)
  ]
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
  const requests: CountedRequest[] = []
  for (let round = 0; round < rounds; round++) requests.push(await countedGet(cloud, service.origin + path))
  const residentMb = residentMbOf(service.pid)
  await service.close()
  return {
    row,
    measures: `${measures}, ${cloud.callMs} ms a call, uncached, warm process`,
    ...figuresOf(requests, maxMs),
    residentMb,
    notes: [`\`CACHE=off\`, one request in each of ${rounds} rounds; ` +
      `the first request after the start took ${formatNumber(firstMs)} ms`]
  }
}

/** Sends the first summary to a new process in each round, once that is ready. */
async function measureFirst (cloud: SimulatedCloud, rounds: number, maxMs: number): Promise<Line> {
  const requests: CountedRequest[] = []
  const sizes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const service = await startService(cloud.env)
    await timedGet(`${service.origin}/readyz`)
    requests.push(await countedGet(cloud, service.origin + summaryPath))
    sizes.push(residentMbOf(service.pid))
    await service.close()
  }
  return {
    row: 'S',
    measures: `the first summary of ${formatNumber(cloud.size.projects)} projects after a start, ` +
      `${cloud.callMs} ms a call`,
    ...figuresOf(requests, maxMs),
    residentMb: median(sizes),
    notes: [`one request after \`/readyz\` to a new process in each of ${rounds} rounds`]
  }
}

interface CountedRequest {
  ms: number
  calls: number
}

/** Sends one GET, and counts the calls that the cloud receives meanwhile. */
async function countedGet (cloud: SimulatedCloud, url: string): Promise<CountedRequest> {
  const before = await cloud.received()
  const { ms } = await timedGet(url)
  return { ms, calls: await cloud.received() - before }
}

/** The figures of a line. */
function figuresOf (requests: CountedRequest[], maxMs: number) {
  const service = {
    ...percentiles(requests.map(({ ms }) => ms)), calls: median(requests.map(({ calls }) => calls))
  }
  return {
    against: '',
    target: `≤ ${formatNumber(maxMs)} ms`,
    measured: `${formatNumber(service.p50)} ms`,
    targetMet: service.p50 <= maxMs,
    service
  }
}
