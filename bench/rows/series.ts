import { withoutStore } from '../cloud.js'
import type { SimulatedCloud } from '../cloud.js'
import { compare } from '../compare.js'
import type { Comparison } from '../compare.js'
import { routes, servicePath } from '../service-path.js'
import { timedGet } from '../get.js'
import type { FilledStore } from '../stores/store.js'
import { startBare, startService } from '../server.js'
import { shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { RunOptions } from '../table.js'
import { onEachStore } from '../upstreams.js'
import type { Row, Upstreams } from '../upstreams.js'

/** The same cached series again and again, compared with a bare route that sends its bytes. */
export const hit: Row = async (upstreams, options) => {
  const { service, influxdb, calls } = await startOverInfluxDB(upstreams, {})
  const path = hitPath(influxdb)
  const bare = await startBare(service.origin + path)
  const comparison = await compare(
    { ...service, paths: [path], connections: 64, calls },
    { ...bare, paths: ['/'], connections: 64, calls: async () => 0 },
    options
  )
  return [{
    row: 'H',
    measures: 'the same cached series, 64 connections',
    against: 'a bare Fastify route with the same bytes',
    target: '≥ 0.85 × its requests/s',
    ...outcome(comparison, 'rate', (ratio) => ratio >= 0.85)
  }]
}

/** The same with a token, which is validated once, compared with the same service without authentication. */
export const hitWithToken: Row = async (upstreams, options) => {
  const { service: open, influxdb, calls } = await startOverInfluxDB(upstreams, {})
  const { service } = await startOverInfluxDB(upstreams, { AUTH: 'keystone' })
  const headers = { 'x-auth-token': await (await upstreams.smallCloud()).token() }
  const path = hitPath(influxdb)
  await timedGet(service.origin + path, headers)
  const load = { paths: [path], connections: 64, calls }
  const comparison = await compare({ ...service, headers, ...load }, { ...open, ...load }, options)
  return [{
    row: 'HK',
    measures: 'the same with a token, 64 connections',
    against: 'the same without authentication',
    target: '≥ 0.85 × its requests/s',
    ...outcome(comparison, 'rate', (ratio) => ratio >= 0.85),
    notes: ['`AUTH=keystone`']
  }]
}

/** Uncached series of changing instances, compared with the same data read directly from each store. */
export const uncached: Row = (upstreams, options) => onEachStore(upstreams, async (store) => ({
  row: 'C',
  measures: `${store.name}: a different instance each time, uncached, six routes mixed, 64 connections`,
  target: '≥ 1.2 × its requests/s',
  ...directBaseline(store),
  ...outcome(await compareWithStore(upstreams, store, options, 64), 'rate', (ratio) => ratio >= 1.2)
}))

/** The same with one connection. */
export const sequential: Row = (upstreams, options) => onEachStore(upstreams, async (store) => ({
  row: 'L',
  measures: `${store.name}: one request at a time, uncached, six routes mixed`,
  target: '≤ 2 × its p50',
  ...directBaseline(store),
  ...outcome(await compareWithStore(upstreams, store, options, 1), 'p50', (ratio) => ratio <= 2)
}))

const directBaseline = ({ name, notes }: FilledStore) => ({
  against: `${name} directly, one request each`,
  notes: notes.map((note) => `${name}, \`CACHE=off\`: ${note}`)
})

async function compareWithStore (
  { smallCloud }: Upstreams, store: FilledStore, options: RunOptions, connections: number
) {
  const { service, calls } = await startOver(await smallCloud(), store, { CACHE: 'off' })
  const { end } = store
  const window = { start: end - 3600, end, step: 60 }
  const pairs = shuffle(store.instances.flatMap((instance) => routes.map((route) => ({ route, instance }))))
  const servicePaths = pairs.map(({ route, instance }) => servicePath(route, instance.id, window))
  const directPaths = pairs.map(({ route, instance }) => store.directPath(route, instance.id, window))
  await assertSamples(service, servicePaths, /"usage":\d/)
  await assertSamples(store, directPaths, store.sample)
  return await compare(
    { ...service, paths: servicePaths, connections, calls },
    { origin: store.origin, pid: store.pid, paths: directPaths, connections, calls },
    options
  )
}

/** Checks that responses contain samples: otherwise the comparison would be meaningless. */
async function assertSamples ({ origin }: { origin: string }, paths: string[], sample: RegExp) {
  for (const path of paths.slice(0, 12)) {
    const { text } = await timedGet(origin + path)
    if (!sample.test(text)) throw new Error(`the response to ${path} has no sample: ${text.slice(0, 200)}`)
  }
}

async function startOver (cloud: SimulatedCloud, store: FilledStore, env: Record<string, string>) {
  const service = await startService({ ...withoutStore(cloud.env), ...store.env, ...env })
  return { service, calls: async () => (await store.counters()).requests }
}

async function startOverInfluxDB (upstreams: Upstreams, env: Record<string, string>) {
  const [cloud, influxdb] = [await upstreams.smallCloud(), await upstreams.influxdb()]
  return { ...await startOver(cloud, influxdb, env), influxdb }
}

const hitPath = ({ instances }: FilledStore) =>
  `/v1/openstack/projects/${instances[0]!.id}/cpuUsage?defaultTimeRange=1h&groupBy=1m`

function outcome (
  { ratio, service, baseline, residentMb, failed }: Comparison,
  figure: 'rate' | 'p50',
  meetsTarget: (ratio: number) => boolean
) {
  return {
    measured: `${formatNumber(ratio[figure])} ×`,
    targetMet: meetsTarget(ratio[figure]),
    service,
    baseline,
    residentMb,
    failed
  }
}
