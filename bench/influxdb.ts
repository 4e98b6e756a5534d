import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import type { Instance } from '#simulator/instances.js'
import { findInfluxd } from '#test/support/influxdb/binary.js'
import { createClient } from '#test/support/influxdb/client.js'
import { launch, settingsIn } from '#test/support/influxdb/process.js'
import { fill } from './fill.js'

/** A real InfluxDB with samples in it. */
export interface InfluxDB {
  origin: string
  pid: number
  version: string
  /** Instances that have the last two hours. */
  instances: Instance[]
  /** Instances that have the last week. */
  weekOldInstances: Instance[]
  /** When the samples end, in unix seconds: the start of a bucket of five minutes, and already past. */
  end: number
  /** Query requests that it has received, and the milliseconds that it has spent on them. */
  counters (): Promise<{ requests: number, ms: number }>
}

const hour = 3600
const bucket = 300

/** Starts an InfluxDB that ends with the benchmark, and fills it. @param running instances to fill it with, enough of them */
export async function startInfluxDB (running: Instance[]): Promise<InfluxDB> {
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
  const [instances, aged] = [running.slice(0, 200), running.slice(200, 201)]
  const end = Math.floor(Date.now() / 1000 / bucket) * bucket
  await fill(client, instances, end - 2 * hour, end)
  await fill(client, aged, end - 8 * 24 * hour, end)

  const counters = async () => {
    const { body } = await request(`${origin}/debug/vars`)
    // The key has the address in it.
    const told = Object.values(await body.json() as Record<string, { name?: string, values: Record<string, number> }>)
    const { values } = told.find(({ name }) => name === 'httpd')!
    return { requests: values.queryReq!, ms: values.queryReqDurationNs! / 1e6 }
  }
  const { headers } = await request(`${origin}/ping`)
  return { origin, pid: child.pid!, version: String(headers['x-influxdb-version']), instances, weekOldInstances, end, counters }
}
