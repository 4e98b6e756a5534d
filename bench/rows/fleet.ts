import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { parseDuration } from '#lib/duration.js'
import { parseWindow } from '#lib/time-range.js'
import type { Instance } from '#simulator/instances.js'
import { sampleSeconds } from '#simulator/series.js'
import { metricsCallsOf, oneEach } from '../calls.js'
import { withoutStore } from '../cloud.js'
import { compare } from '../compare.js'
import { timedGet } from '../get.js'
import { startService } from '../server.js'
import type { Server } from '../server.js'
import type { Fill, Store } from '../stores/store.js'
import { formatNumber } from '../table.js'
import type { Line, RunOptions } from '../table.js'
import type { Row } from '../upstreams.js'

interface Fleet {
  count: number
  range: string
  groupBy: string
  minRatio: number
}

const fleets: Fleet[] = [
  { count: 3000, range: '10m', groupBy: '1m', minRatio: 1.2 },
  { count: 3000, range: '1h', groupBy: '1m', minRatio: 2 },
  { count: 500, range: '24h', groupBy: '5m', minRatio: 10 }
]

const connections = 64
/** Nothing runs in the background after a load. */
const settleMs = 50
/** Seconds that fill a store and warm a service up, at most. */
const setupSeconds = 180

/**
 * The charts of a fleet, requested in turn, again and again. Their ranges end now, so that each request needs
 * the newest samples. `SERIES_TTL=0` makes each request one of a chart whose response is no longer fresh,
 * however fast the service is. Its other caches are on.
 */
export const fleet: Row = async ({ smallCloud, starters }, options) => {
  // There are six lines, each with two loads in a round.
  const seconds = options.seconds / 4
  const { env, content } = await smallCloud()
  const running = content.instances.filter(({ status }) => status === 'ACTIVE')
  const lines: Line[] = []
  for (const start of starters) {
    const now = Math.floor(Date.now() / 1000 / sampleSeconds) * sampleSeconds
    // Nobody writes during the loads, so the samples of that time are written in advance.
    const end = now + setupSeconds +
      Math.ceil(fleets.length * (options.rounds + 1) * 2 * (seconds + 1) / sampleSeconds) * sampleSeconds
    const store = await start((fill) => fillFleets(running, now, end, fill))
    for (const one of fleets) {
      const service = await startService({ ...withoutStore(env), ...store.env, SERIES_TTL: '0' })
      const ids = running.slice(0, one.count).map(({ id }) => id)
      lines.push(await measure(one, ids, { service, store, options: { ...options, seconds } }))
    }
    await store.close()
    lines.at(-1)!.notes = [`${store.name}: \`SERIES_TTL=0\`, so no response is cached, and buckets are; ` +
      `loads of ${seconds} s, after one request for each chart. The store has the samples of the next ` +
      'minutes from the start']
    if (Date.now() / 1000 > end) throw new Error('the row took longer than there are samples')
  }
  return lines
}

/** Writes the samples that the charts of each fleet need, each once. */
async function fillFleets (running: Instance[], now: number, end: number, fill: Fill) {
  let filled = 0
  // The fleet with the longest range is the smallest one.
  for (const { count, range, groupBy } of fleets.toReversed()) {
    if (running.length < count) throw new Error(`fewer than ${count} instances run`)
    const start = now - parseDuration(range)! - 2 * parseDuration(groupBy)!
    await fill(running.slice(filled, count), start, end, 'cpu')
    filled = Math.max(filled, count)
  }
}

async function measure (
  { count, range, groupBy, minRatio }: Fleet,
  ids: string[],
  { service, store, options }: { service: Server, store: Store, options: RunOptions }
): Promise<Line> {
  const paths = ids.map((id) =>
    `/v1/openstack/projects/${id}/cpuUsage?defaultTimeRange=${range}&groupBy=${groupBy}`)
  const directPaths = () => {
    const window = parseWindow({ defaultTimeRange: range, groupBy }, Date.now())
    return ids.map((id) => store.directPath('cpuUsage', id, window))
  }
  await assertAll(service.origin, paths, /"usage":\d/)
  await assertAll(store.origin, directPaths().slice(0, connections), store.sample)
  const [rotate, rotateDirect] = [rotation(options), rotation(options)]
  const comparison = await compare(
    {
      ...service,
      get paths () { return rotate(paths) },
      connections,
      calls: () => metricsCallsOf(service)
    },
    {
      origin: store.origin,
      pid: store.pid,
      // Each load reads them anew: their ranges end at its start.
      get paths () { return rotateDirect(directPaths()) },
      connections,
      calls: oneEach
    },
    options,
    () => sleep(settleMs)
  )
  const ratio = comparison.ratio.rate
  return {
    row: 'F',
    measures: `${store.name}: charts of ${formatNumber(count)} instances in turn, the last ${range} at ` +
      `\`groupBy=${groupBy}\`, ${connections} connections`,
    against: `${store.name} directly, one request each`,
    target: `≥ ${minRatio} × its requests/s`,
    measured: `${formatNumber(ratio)} ×`,
    targetMet: ratio >= minRatio,
    service: comparison.service,
    baseline: comparison.baseline,
    residentMb: comparison.residentMb,
    failed: comparison.failed
  }
}

/** Paths that begin at another one in each load: a load may be too short to reach all of them. */
function rotation ({ rounds }: RunOptions) {
  let load = 0
  return (paths: string[]) => {
    const start = Math.floor(paths.length * load++ / (rounds + 1))
    return [...paths.slice(start), ...paths.slice(0, start)]
  }
}

/** Requests each path once, which fills the caches, and checks that its response has samples. */
async function assertAll (origin: string, paths: string[], sample: RegExp) {
  const limit = pLimit(connections)
  await Promise.all(paths.map((path) => limit(async () => {
    const { text } = await timedGet(origin + path)
    if (!sample.test(text)) throw new Error(`the response to ${path} has no sample: ${text.slice(0, 200)}`)
  })))
}
