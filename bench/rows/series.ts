import { compare } from '../compare.js'
import type { Comparison } from '../compare.js'
import { directPath, routes, servicePath } from '../direct.js'
import { timedGet } from '../get.js'
import type { InfluxDB } from '../influxdb.js'
import { startBare, startService } from '../server.js'
import { shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { RunOptions } from '../table.js'
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

/** Uncached series of changing instances, compared with the same data read directly from InfluxDB. */
export const uncached: Row = async (upstreams, options) => [{
  row: 'C',
  measures: 'a different instance each time, uncached, six routes mixed, 64 connections',
  target: '≥ 1.2 × its requests/s',
  ...directBaseline,
  ...outcome(await compareWithInfluxDB(upstreams, options, 64), 'rate', (ratio) => ratio >= 1.2)
}]

/** The same with one connection. */
export const sequential: Row = async (upstreams, options) => [{
  row: 'L',
  measures: 'one request at a time, uncached, six routes mixed',
  target: '≤ 2 × its p50',
  ...directBaseline,
  ...outcome(await compareWithInfluxDB(upstreams, options, 1), 'p50', (ratio) => ratio <= 2)
}]

const directBaseline = {
  against: 'InfluxDB directly, one query per request',
  notes: ['`CACHE=off`. The direct queries of the four routes that sum devices use a subquery: no other ' +
    'single query returns the same numbers. The direct query for memory reads two measurements; ' +
    'the service reads three.']
}

async function compareWithInfluxDB (upstreams: Upstreams, options: RunOptions, connections: number) {
  const { service, influxdb, calls } = await startOverInfluxDB(upstreams, { CACHE: 'off' })
  const { end } = influxdb
  const window = { start: end - 3600, end, step: 60 }
  const pairs = shuffle(influxdb.instances.flatMap(({ id }) => routes.map((route) => ({ route, id }))))
  const servicePaths = pairs.map(({ route, id }) => servicePath(route, id, window))
  const directPaths = pairs.map(({ route, id }) => directPath(route, id, window))
  await assertSamples(service, servicePaths, /"usage":\d/)
  await assertSamples(influxdb, directPaths, /"values":\[\[\d/)
  return await compare(
    { ...service, paths: servicePaths, connections, calls },
    { ...influxdb, paths: directPaths, connections, calls },
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

async function startOverInfluxDB (upstreams: Upstreams, env: Record<string, string>) {
  const [cloud, influxdb] = [await upstreams.smallCloud(), await upstreams.influxdb()]
  const service = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin, ...env })
  return { service, influxdb, calls: async () => (await influxdb.counters()).requests }
}

const hitPath = ({ instances }: InfluxDB) =>
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
