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
import { stop } from '../process.js'
import { fill } from './fill-influxdb.js'
import { influxdbQueries, sources } from './influxdb-queries.js'
import type { StartStore } from './store.js'

const rankedMeasurements = ['cpu.utilization_norm_perc', 'mem.free_mb', 'mem.total_mb', 'mem.free_perc']

/** Starts an InfluxDB with an empty database, which ends with the benchmark. */
async function startEmpty () {
  const found = await findInfluxd()
  if ('reason' in found) throw new Error(found.reason)
  const dir = await mkdtemp(join(tmpdir(), 'bench-influxd-'))
  const { child, address } = await launch(found.path, settingsIn(dir))
  const remove = () => rmSync(dir, { recursive: true, force: true })
  process.once('exit', () => {
    child.kill('SIGKILL')
    remove()
  })
  const close = async () => {
    await stop(child)
    remove()
  }

  const origin = `http://${address}`
  const client = createClient(origin)
  await client.query('CREATE DATABASE mon')
  return { origin, client, pid: child.pid!, close }
}

/** Starts an InfluxDB with the newest samples of CPU and memory of each instance. @returns its URL */
export async function startNewest (instances: Instance[]) {
  const { origin, client } = await startEmpty()
  const end = Math.floor(Date.now() / 1000)
  await fill(client, instances, end - 2 * sampleSeconds, end, rankedMeasurements)
  return origin
}

/** Starts an InfluxDB with samples of Monasca's agent. */
export const startInfluxDB: StartStore = async (fillAll) => {
  const { origin, client, pid, close } = await startEmpty()
  await fillAll((instances, start, end, metrics) =>
    fill(client, instances, start, end, metrics === 'cpu' ? sources.cpuUsage.measurements : undefined))

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
    ...influxdbQueries,
    name: 'InfluxDB',
    origin,
    pid,
    version: String(headers['x-influxdb-version']),
    env: { INFLUX_URL: origin },
    counters,
    sample: /"values":\[\[\d/,
    notes: ['The direct queries of the four routes that sum devices use a subquery: no other ' +
      'single query returns the same numbers. The direct query for memory reads two measurements; ' +
      'the service reads three.'],
    close
  }
}
