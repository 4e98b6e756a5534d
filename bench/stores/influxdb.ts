import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import type { Instance } from '#simulator/instances.js'
import { sampleSeconds } from '#simulator/series.js'
import { findInfluxd } from '#test/support/influxdb/binary.js'
import { createClient } from '#test/support/influxdb/client.js'
import { launch, settingsIn } from '#test/support/influxdb/process.js'
import type { Window } from '#lib/time-range.js'
import type { Route } from '../service-path.js'
import { fill } from './fill-influxdb.js'
import { fillSamples } from './store.js'
import type { FilledStore, Samples } from './store.js'

const rankedMeasurements = ['cpu.utilization_norm_perc', 'mem.free_mb', 'mem.total_mb', 'mem.free_perc']

/** Starts an InfluxDB with an empty database, which ends with the benchmark. */
async function startEmpty () {
  const found = await findInfluxd()
  if ('reason' in found) throw new Error(found.reason)
  const dir = await mkdtemp(join(tmpdir(), 'bench-influxd-'))
  const { child, address } = await launch(found.path, settingsIn(dir))
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  const origin = `http://${address}`
  const client = createClient(origin)
  await client.query('CREATE DATABASE mon')
  return { origin, client, pid: child.pid! }
}

/** Starts an InfluxDB with the newest samples of CPU and memory of each instance. @returns its URL */
export async function startNewest (instances: Instance[]) {
  const { origin, client } = await startEmpty()
  const end = Math.floor(Date.now() / 1000)
  await fill(client, instances, end - 2 * sampleSeconds, end, rankedMeasurements)
  return origin
}

/** Starts an InfluxDB with samples of instances that run. */
export async function startInfluxDB (samples: Samples): Promise<FilledStore> {
  const { origin, client, pid } = await startEmpty()
  await fillSamples(samples, (...range) => fill(client, ...range))

  const counters = async () => {
    const { body } = await request(`${origin}/debug/vars`)
    // The key of the entry contains the server's address.
    const entries = Object.values(await body.json() as
      Record<string, { name?: string, values: Record<string, number> }>)
    const { values } = entries.find(({ name }) => name === 'httpd')!
    return { requests: values.queryReq!, ms: values.queryReqDurationNs! / 1e6 }
  }
  const { headers } = await request(`${origin}/ping`)
  return {
    ...samples,
    name: 'InfluxDB',
    origin,
    pid,
    version: String(headers['x-influxdb-version']),
    env: { INFLUX_URL: origin },
    counters,
    directPath,
    sample: /"values":\[\[\d/,
    notes: ['The direct queries of the four routes that sum devices use a subquery: no other ' +
      'single query returns the same numbers. The direct query for memory reads two measurements; ' +
      'the service reads three.']
  }
}

const mean = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

const deviceSum = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT sum("mean") FROM (SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s), "device" fill(none)) ` +
  `WHERE time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

/** The queries for each route, for instances with the memory metrics in MiB. */
const sources: Record<Route, { statement: typeof mean, measurements: string[] }> = {
  cpuUsage: { statement: mean, measurements: ['cpu.utilization_norm_perc'] },
  memUsage: { statement: mean, measurements: ['mem.free_mb', 'mem.total_mb'] },
  diskRead: { statement: deviceSum, measurements: ['io.read_bytes_sec'] },
  diskWrite: { statement: deviceSum, measurements: ['io.write_bytes_sec'] },
  networkIo: { statement: deviceSum, measurements: ['net.in_bytes_sec', 'net.out_bytes_sec'] },
  networkPackets: { statement: deviceSum, measurements: ['net.in_packets_sec', 'net.out_packets_sec'] }
}

function directPath (route: Route, { id }: Instance, window: Window) {
  const { statement, measurements } = sources[route]
  const q = measurements.map(statement(window, id)).join('; ')
  return `/query?${new URLSearchParams({ db: 'mon', epoch: 's', q })}`
}
