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
import { fill } from './fill.js'

/** A real InfluxDB with samples. */
export interface InfluxDB {
  origin: string
  pid: number
  version: string
  /** Instances with samples of the last two hours. */
  instances: Instance[]
  /** 50 instances of one project with samples of the last two hours. */
  pageInstances: Instance[]
  /** Instances with samples of the last eight days. */
  weekOldInstances: Instance[]
  /** The end of the samples in unix seconds: the last start of a five-minute bucket. */
  end: number
  /** The number of query requests so far, and the total time that they took, in ms. */
  counters (): Promise<{ requests: number, ms: number }>
}

const rankedMeasurements = ['cpu.utilization_norm_perc', 'mem.free_mb', 'mem.total_mb', 'mem.free_perc']

const hour = 3600
const bucket = 300

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

/**
 * Starts an InfluxDB that ends with the benchmark, and fills it.
 * @param running at least 201 instances
 */
export async function startInfluxDB (running: Instance[]): Promise<InfluxDB> {
  const { origin, client, pid } = await startEmpty()
  const [instances, weekOldInstances] = [running.slice(0, 200), running.slice(200, 201)]
  const end = Math.floor(Date.now() / 1000 / bucket) * bucket
  const pageInstances = pageOf(running.slice(201))
  await fill(client, [...instances, ...pageInstances], end - 2 * hour, end)
  await fill(client, weekOldInstances, end - 8 * 24 * hour, end)

  const counters = async () => {
    const { body } = await request(`${origin}/debug/vars`)
    // The key of the entry contains the server's address.
    const entries = Object.values(await body.json() as
      Record<string, { name?: string, values: Record<string, number> }>)
    const { values } = entries.find(({ name }) => name === 'httpd')!
    return { requests: values.queryReq!, ms: values.queryReqDurationNs! / 1e6 }
  }
  const { headers } = await request(`${origin}/ping`)
  const version = String(headers['x-influxdb-version'])
  return { origin, pid, version, instances, pageInstances, weekOldInstances, end, counters }
}

const pageLength = 50

/** A page of instances of the first project that has enough of them. */
function pageOf (running: Instance[]) {
  const ofSameProject = (one: Instance) => running.filter(({ projectId }) => projectId === one.projectId)
  const first = running.find((one) => ofSameProject(one).length >= pageLength)
  if (first === undefined) throw new Error(`no project has ${pageLength} running instances`)
  return ofSameProject(first).slice(0, pageLength)
}
