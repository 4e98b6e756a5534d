import { startCloud } from './cloud.js'
import type { SimulatedCloud } from './cloud.js'
import { startInfluxDB } from './influxdb.js'
import type { InfluxDB } from './influxdb.js'
import type { Line, RunOptions } from './table.js'

/** What the rows run against; each is started when a row first asks for it. */
export interface Site {
  /** 100 projects, some of them with more than 100 instances. */
  small (): Promise<SimulatedCloud>
  /** 1,000 projects and 10,000 instances. */
  large (): Promise<SimulatedCloud>
  influxdb (): Promise<InfluxDB>
  /** Of InfluxDB, where a row has asked for it. */
  version (): string | undefined
}

/** Measures a row, or several that belong together. */
export type Row = (site: Site, pace: RunOptions) => Promise<Line[]>

export function openSite (): Site {
  const small = once(() => startCloud({ projects: 100, instances: 4000 }))
  const large = once(() => startCloud({ projects: 1000, instances: 10_000 }))
  let version: string | undefined
  const influxdb = once(async () => {
    const { content } = await small()
    const started = await startInfluxDB(content.instances.filter(({ status, percentOnly }) => status === 'ACTIVE' && !percentOnly))
    version = started.version
    return started
  })
  return { small, large, influxdb, version: () => version }
}

function once<Value> (open: () => Promise<Value>) {
  let opened: Promise<Value> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}
