import { withoutStore } from '../cloud.js'
import type { SimulatedCloud } from '../cloud.js'
import { metricsCallsOf, oneEach } from '../calls.js'
import { compare, compareWithEach } from '../compare.js'
import type { Comparison } from '../compare.js'
import { routes, servicePath } from '../service-path.js'
import { timedGet } from '../get.js'
import type { FilledStore } from '../stores/store.js'
import { startBare, startNaiveProxy, startService } from '../server.js'
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
    target: '≥ 0.8 × its requests/s',
    ...outcome(comparison, 'rate', (ratio) => ratio >= 0.8)
  }]
}

/** The same with two workers, compared with one. */
export const workers: Row = async (upstreams, options) => {
  const [{ service: two, influxdb, calls }, { service: one }] =
    [await startOverInfluxDB(upstreams, { WORKERS: '2' }), await startOverInfluxDB(upstreams, {})]
  const load = { paths: [hitPath(influxdb)], connections: 64, calls }
  const comparison = await compare({ ...two, ...load }, { ...one, ...load }, options)
  return [{
    row: 'W4',
    measures: 'the same with `WORKERS=2`, 64 connections',
    against: 'one worker',
    target: '≥ 1.8 × its requests/s, unless the generator is the limit',
    ...outcome(comparison, 'rate', (ratio) => ratio >= 1.8)
  }]
}

const mixed = 'uncached, six routes mixed'

/** Uncached series of changing instances, compared with the naive proxy and with the store itself. */
export const uncached: Row = (upstreams, options) => onEachStore(upstreams, async (store) => {
  const [withProxy, withStore] = await compareOver(upstreams, store, options, 64)
  const measures = `${store.name}: a different instance each time, ${mixed}, 64 connections`
  return [
    {
      row: 'C',
      measures,
      against: naiveProxy,
      target: '≥ 1 × its requests/s',
      ...outcome(withProxy, 'rate', (ratio) => ratio >= 1)
    },
    {
      row: 'C',
      measures,
      against: `${store.name} directly, one request each`,
      target: '≥ 0.8 × its requests/s',
      ...outcome(withStore, 'rate', (ratio) => ratio >= 0.8),
      notes: store.notes.map((note) => `${store.name}, \`CACHE=off\`: ${note}`)
    }
  ]
})

/** The same with one connection. */
export const sequential: Row = (upstreams, options) => onEachStore(upstreams, async (store) => {
  // A lone connection has enough requests in half of the time.
  const [withProxy, withStore] = await compareOver(
    upstreams, store, { ...options, seconds: options.seconds / 2 }, 1
  )
  return [{
    row: 'L',
    measures: `${store.name}: one request at a time, ${mixed}`,
    against: naiveProxy,
    target: '≤ 1.1 × its p50',
    ...outcome(withProxy, 'p50', (ratio) => ratio <= 1.1),
    notes: [`${store.name}, \`CACHE=off\`, loads of ${options.seconds / 2} s: the p50 was ` +
      `${formatNumber(withStore.ratio.p50)} × that of the store directly, ` +
      `${formatNumber(withStore.baseline.p50)} ms`]
  }]
})

const naiveProxy = 'a naive proxy: one query a request, no cache'

async function compareOver (
  { smallCloud }: Upstreams, store: FilledStore, options: RunOptions, connections: number
) {
  const { service } = await startOver(await smallCloud(), store, { CACHE: 'off' })
  const proxy = await startNaiveProxy(store)
  const { end } = store
  const window = { start: end - 3600, end, step: 60 }
  const pairs = shuffle(store.instances.flatMap((instance) => routes.map((route) => ({ route, instance }))))
  const paths = pairs.map(({ route, instance }) => servicePath(route, instance.id, window))
  const directPaths = pairs.map(({ route, instance }) => store.directPath(route, instance.id, window))
  await assertSamples(service, paths, /"usage":\d/)
  await assertSamples(proxy, paths, /"usage":\d/)
  await assertSamples(store, directPaths, store.sample)
  const comparisons = await compareWithEach(
    { ...service, paths, connections, calls: () => metricsCallsOf(service) },
    [
      { ...proxy, paths, connections, calls: oneEach },
      { origin: store.origin, pid: store.pid, paths: directPaths, connections, calls: oneEach }
    ],
    options
  )
  return comparisons as [Comparison, Comparison]
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
