import { timedGet } from '../ask.js'
import { compare } from '../compare.js'
import type { Comparison } from '../compare.js'
import { directPath, routes, servicePath } from '../direct.js'
import type { InfluxDB } from '../influxdb.js'
import { startBare, startService } from '../server.js'
import type { Row, Site } from '../site.js'
import { shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'

/** The same series again and again, beside a bare route with its bytes. */
export const hit: Row = async (site, pace) => {
  const { service, influxdb, calls } = await startOverInfluxDB(site, {})
  const path = hitPath(influxdb)
  const bare = await startBare(service.origin + path)
  const compared = await compare(
    { ...service, paths: [path], connections: 64, calls },
    { ...bare, paths: ['/'], connections: 64, calls: async () => 0 },
    pace
  )
  return [{
    row: 'H',
    measures: 'the same series again and again, 64 connections',
    against: 'a bare Fastify route with the same bytes',
    target: '≥ 0.85 × its requests/s',
    ...outcome(compared, 'rate', (ratio) => ratio >= 0.85)
  }]
}

/** The same with a token, which is validated once, beside the same service without. */
export const hitWithToken: Row = async (site, pace) => {
  const { service: open, influxdb, calls } = await startOverInfluxDB(site, {})
  const { service } = await startOverInfluxDB(site, { AUTH: 'keystone' })
  const headers = { 'x-auth-token': await (await site.small()).token() }
  const path = hitPath(influxdb)
  await timedGet(service.origin + path, headers)
  const load = { paths: [path], connections: 64, calls }
  const compared = await compare({ ...service, headers, ...load }, { ...open, ...load }, pace)
  return [{
    row: 'HK',
    measures: 'the same with a token, 64 connections',
    against: 'the same without',
    target: '≥ 0.85 × its requests/s',
    ...outcome(compared, 'rate', (ratio) => ratio >= 0.85),
    notes: ['`AUTH=keystone`']
  }]
}

/** Another series each time with nothing kept, beside InfluxDB asked directly. */
export const uncached: Row = async (site, pace) => [{
  row: 'C',
  measures: 'another instance each time, nothing kept, six routes mixed, 64 connections',
  target: '≥ 1.2 × its requests/s',
  ...directBaseline,
  ...outcome(await compareWithInfluxDB(site, pace, 64), 'rate', (ratio) => ratio >= 1.2)
}]

/** The same by one connection. */
export const sequential: Row = async (site, pace) => [{
  row: 'L',
  measures: 'one lone request at a time, nothing kept, six routes mixed',
  target: '≤ 2 × its p50',
  ...directBaseline,
  ...outcome(await compareWithInfluxDB(site, pace, 1), 'p50', (ratio) => ratio <= 2)
}]

const directBaseline = {
  against: 'InfluxDB asked directly, one query a request',
  notes: ['`CACHE=off`; asked directly, the four routes that add up devices take a subquery, as one query must that gives the same numbers, ' +
    'and the memory\'s reads two measurements, where the service reads three']
}

async function compareWithInfluxDB (site: Site, pace: Parameters<Row>[1], connections: number) {
  const { service, influxdb, calls } = await startOverInfluxDB(site, { CACHE: 'off' })
  const { end } = influxdb
  const window = { start: end - 3600, end, step: 60 }
  const pairs = shuffle(influxdb.instances.flatMap(({ id }) => routes.map((route) => ({ route, id }))))
  const [own, direct] = [servicePath, directPath].map((path) => pairs.map(({ route, id }) => path(route, id, window))) as [string[], string[]]
  await assertSamples(service, own, /"usage":\d/)
  await assertSamples(influxdb, direct, /"values":\[\[\d/)
  return await compare({ ...service, paths: own, connections, calls }, { ...influxdb, paths: direct, connections, calls }, pace)
}

/** Both must answer with samples, or nothing would be compared. */
async function assertSamples ({ origin }: { origin: string }, paths: string[], sample: RegExp) {
  for (const path of paths.slice(0, 12)) {
    const { text } = await timedGet(origin + path)
    if (!sample.test(text)) throw new Error(`${path} answered without a sample: ${text.slice(0, 200)}`)
  }
}

async function startOverInfluxDB (site: Site, env: Record<string, string>) {
  const [cloud, influxdb] = [await site.small(), await site.influxdb()]
  const service = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin, ...env })
  return { service, influxdb, calls: async () => (await influxdb.counters()).requests }
}

const hitPath = ({ instances }: InfluxDB) => `/v1/openstack/projects/${instances[0]!.id}/cpuUsage?defaultTimeRange=1h&groupBy=1m`

function outcome ({ ratio, service, baseline, residentMb, failed }: Comparison, by: 'rate' | 'p50', reached: (ratio: number) => boolean) {
  return { measured: `${formatNumber(ratio[by])} ×`, reached: reached(ratio[by]), service, baseline, resident, failed }
}
