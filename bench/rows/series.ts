import { ask } from '../ask.js'
import { compare } from '../compare.js'
import type { Comparison } from '../compare.js'
import { directPath, routes, servicePath } from '../direct.js'
import { residentOf } from '../process.js'
import { startBare, startService } from '../server.js'
import type { Server } from '../server.js'
import type { Row, Site } from '../site.js'
import { shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'

/** The same series again and again, beside a bare route with its bytes. */
export const hit: Row = async (site, pace) => {
  const { service, influxdb, settings } = await overInfluxDB(site, {})
  const path = `/v1/openstack/projects/${influxdb.instances[0]!.id}/cpuUsage?defaultTimeRange=1h&groupBy=1m`
  const bare = await startBare(service.origin + path)
  const calls = async () => (await influxdb.counters()).requests
  const compared = await compare(
    { ...service, paths: [path], connections: 64, calls },
    { ...bare, paths: ['/'], connections: 64, calls: async () => 0 },
    pace
  )
  const resident = residentOf(service.pid)
  await Promise.all([service.close(), bare.close()])
  return [{
    row: 'H',
    what: 'the same series again and again, 64 connections',
    against: 'a bare Fastify route with the same bytes',
    target: '≥ 0.85 × its requests/s',
    ...outcome(compared, 'rate', (ratio) => ratio >= 0.85),
    resident,
    notes: [...settings, ...failures(compared)]
  }]
}

/** The same with a token, which is validated once, beside the same service without. */
export const hitWithToken: Row = async (site, pace) => {
  const { service: open, influxdb } = await overInfluxDB(site, {})
  const { service, settings } = await overInfluxDB(site, { AUTH: 'keystone' })
  const headers = { 'x-auth-token': await (await site.small()).token() }
  const path = `/v1/openstack/projects/${influxdb.instances[0]!.id}/cpuUsage?defaultTimeRange=1h&groupBy=1m`
  await ask(service.origin + path, headers)
  const calls = async () => (await influxdb.counters()).requests
  const compared = await compare(
    { ...service, headers, paths: [path], connections: 64, calls },
    { ...open, paths: [path], connections: 64, calls },
    pace
  )
  const resident = residentOf(service.pid)
  await Promise.all([service.close(), open.close()])
  return [{
    row: 'HK',
    what: 'the same with a token, 64 connections',
    against: 'the same without',
    target: '≥ 0.85 × its requests/s',
    ...outcome(compared, 'rate', (ratio) => ratio >= 0.85),
    resident,
    notes: [...settings, ...failures(compared)]
  }]
}

/** Another series each time with nothing kept, beside InfluxDB asked directly. */
export const uncached: Row = async (site, pace) => {
  const { compared, resident, settings } = await besideInfluxDB(site, pace, 64)
  return [{
    row: 'C',
    what: 'another instance each time, nothing kept, six routes mixed, 64 connections',
    against: 'InfluxDB asked directly, one query a request',
    target: '≥ 1.2 × its requests/s',
    ...outcome(compared, 'rate', (ratio) => ratio >= 1.2),
    resident,
    notes: [...settings, ...failures(compared)]
  }]
}

/** The same by one connection. */
export const lone: Row = async (site, pace) => {
  const { compared, resident, settings } = await besideInfluxDB(site, pace, 1)
  return [{
    row: 'L',
    what: 'one lone request at a time, nothing kept, six routes mixed',
    against: 'InfluxDB asked directly, one query a request',
    target: '≤ 2 × its p50',
    ...outcome(compared, 'p50', (ratio) => ratio <= 2),
    resident,
    notes: [...settings, ...failures(compared)]
  }]
}

async function besideInfluxDB (site: Site, pace: Parameters<Row>[1], connections: number) {
  const { service, influxdb, settings } = await overInfluxDB(site, { CACHE: 'off' })
  const { end } = influxdb
  const window = { start: end - 3600, end, step: 60 }
  const pairs = shuffle(influxdb.instances.flatMap(({ id }) => routes.map((route) => ({ route, id }))))
  const [own, direct] = [servicePath, directPath].map((path) => pairs.map(({ route, id }) => path(route, id, window))) as [string[], string[]]
  await refuseEmpty(service, own, /"usage":\d/)
  await refuseEmpty(influxdb, direct, /"values":\[\[\d/)

  const calls = async () => (await influxdb.counters()).requests
  const compared = await compare(
    { ...service, paths: own, connections, calls },
    { ...influxdb, paths: direct, connections, calls },
    pace
  )
  const resident = residentOf(service.pid)
  await service.close()
  return { compared, resident, settings }
}

/** Both must answer with samples, or nothing would be compared. */
async function refuseEmpty ({ origin }: { origin: string }, paths: string[], sample: RegExp) {
  for (const path of paths.slice(0, 12)) {
    const { text } = await ask(origin + path)
    if (!sample.test(text)) throw new Error(`${path} answered without a sample: ${text.slice(0, 200)}`)
  }
}

async function overInfluxDB (site: Site, env: Record<string, string>) {
  const [cloud, influxdb] = [await site.small(), await site.influxdb()]
  const service: Server = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin, ...env })
  return { service, influxdb, settings: Object.entries(env).map(([name, value]) => `\`${name}=${value}\``) }
}

function outcome ({ ratio, service, baseline }: Comparison, by: 'rate' | 'p50', reached: (ratio: number) => boolean) {
  return { measured: `${formatNumber(ratio[by])} ×`, reached: reached(ratio[by]), service, baseline }
}

const failures = ({ failed }: Comparison) => failed === 0 ? [] : [`${failed} requests failed`]
