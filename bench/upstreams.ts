import { startCloud } from './cloud.js'
import type { SimulatedCloud } from './cloud.js'
import { startInfluxDB, startNewest } from './influxdb.js'
import type { InfluxDB } from './influxdb.js'
import type { Line, RunOptions } from './table.js'

/** The upstreams of the service; each is started when a row first needs it. */
export interface Upstreams {
  /** A cloud with 100 projects, some of them with more than 100 instances. */
  smallCloud (): Promise<SimulatedCloud>
  /** A cloud with 1,000 projects and 10,000 instances. */
  largeCloud (): Promise<SimulatedCloud>
  influxdb (): Promise<InfluxDB>
  /** The URL of an InfluxDB with the newest samples of each running instance of the large cloud. */
  newestInfluxdb (): Promise<string>
  /** The version of InfluxDB, if it was started. */
  influxdbVersion (): string | undefined
}

/** Measures one row of the table, or several lines of it. */
export type Row = (upstreams: Upstreams, options: RunOptions) => Promise<Line[]>

export function createUpstreams (): Upstreams {
  const smallCloud = once(() => startCloud({ projects: 100, instances: 4000 }))
  const largeCloud = once(() => startCloud({ projects: 1000, instances: 10_000 }))
  let version: string | undefined
  const influxdb = once(async () => {
    const { content } = await smallCloud()
    const running = content.instances.filter(({ status, percentOnly }) => status === 'ACTIVE' && !percentOnly)
    const started = await startInfluxDB(running)
    version = started.version
    return started
  })
  const newestInfluxdb = once(async () => {
    const { content } = await largeCloud()
    return startNewest(content.instances.filter(({ status }) => status === 'ACTIVE'))
  })
  return { smallCloud, largeCloud, influxdb, newestInfluxdb, influxdbVersion: () => version }
}

function once<Value> (open: () => Promise<Value>) {
  let opened: Promise<Value> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}
