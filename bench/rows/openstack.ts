import { timedGet } from '../ask.js'
import type { SimulatedCloud } from '../cloud.js'
import { startOldSystem } from '../old.js'
import type { OldSystem } from '../old.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import type { Row } from '../site.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Line } from '../table.js'

/** What is read of a cloud: by the service in one request, and by the old algorithm as a list and then its items. */
interface Read {
  cloud: SimulatedCloud
  path: string
  against: string
  list (system: OldSystem): Promise<string[]>
  read (system: OldSystem, ids: string[]): Promise<unknown>
  items: number
}

/** A summary of which nothing is kept, of 100 and of 1,000 projects. */
export const summary: Row = async (site, { rounds }) => {
  const line = async (cloud: SimulatedCloud, most: number) => ({
    row: 'S',
    what: `summary of ${formatNumber(cloud.size.projects)} projects, 20 ms a call, nothing kept, the process warm`,
    ...await besideOld(rounds, most, {
      cloud,
      path: '/v1/openstack/projects/summary',
      against: 'the old algorithm: one project after another, its six calls at once',
      list: (system) => system.projects(),
      read: (system, ids) => system.quotas(ids),
      items: cloud.size.projects
    })
  })
  return [await line(await site.small(), 250), await line(await site.large(), 2500)]
}

/** A page of instances of which nothing is kept, of 10 and of 100. */
export const instances: Row = async (site, { rounds }) => {
  const cloud = await site.small()
  const [project] = [...cloud.content.instancesByProject].sort(([, a], [, b]) => b.length - a.length)[0]!
  const line = async (limit: number) => ({
    row: 'I',
    what: `a page of ${limit} instances, 20 ms a call, nothing kept, the process warm`,
    ...await besideOld(rounds, 60, {
      cloud,
      path: `/v1/openstack/projects/${project}/instances?limit=${limit}`,
      against: 'the old algorithm: all instances at once, three queries each',
      list: (system) => system.servers(project, limit),
      read: (system, ids) => system.loads(ids),
      items: limit
    })
  })
  return [await line(10), await line(100)]
}

/** Items that the old algorithm reads in a round: of more projects the time follows, as it reads one after another. */
const sample = 100

/** A service that keeps nothing and the old algorithm, in turn. */
async function besideOld (rounds: number, most: number, { cloud, path, against, list, read, items }: Read): Promise<Omit<Line, 'row' | 'what'>> {
  const service = await startService({ ...cloud.env, CACHE: 'off' })
  const system = await startOldSystem(cloud.env)
  const timed = async (work: () => Promise<unknown>) => {
    const [calls, start] = [await cloud.received(), performance.now()]
    await work()
    const ms = performance.now() - start
    return { ms, calls: await cloud.received() - calls }
  }

  const { ms: first } = await timed(() => timedGet(service.origin + path))
  const ours: Timed[] = []
  const theirs: Timed[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await timed(() => timedGet(service.origin + path)))
    let ids: string[] = []
    const begin = await timed(async () => { ids = await list(system) })
    const part = await timed(() => read(system, ids.slice(0, sample)))
    const times = items / Math.min(items, sample)
    theirs.push({ ms: begin.ms + part.ms * times, calls: begin.calls + part.calls * times })
  }
  const resident = residentMbOf(service.pid)
  await service.close()

  const p50 = median(ours.map(({ ms }) => ms))
  const ratio = median(theirs.map(({ ms }, n) => ms / ours[n]!.ms))
  return {
    against,
    target: `≤ ${formatNumber(most)} ms`,
    measured: `${formatNumber(p50)} ms, ${formatNumber(ratio)} times as fast`,
    targetMet: p50 <= most,
    service: figuresOf(ours),
    baseline: figuresOf(theirs),
    residentMb,
    notes: [`\`CACHE=off\`, one request in each of ${rounds} rounds; the very first after the start took ${formatNumber(first)} ms` +
      (items > sample ? `; the old algorithm's time is reckoned from ${sample} of the ${formatNumber(items)}` : '')]
  }
}

interface Timed {
  ms: number
  calls: number
}

function figuresOf (reads: Timed[]) {
  return { ...percentiles(reads.map(({ ms }) => ms)), calls: median(reads.map(({ calls }) => calls)) }
}
