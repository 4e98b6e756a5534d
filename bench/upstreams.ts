import { startCloud } from './cloud.js'
import type { SimulatedCloud } from './cloud.js'
import { startInfluxDB, startNewest } from './stores/influxdb.js'
import { chooseSamples, fillSamples } from './stores/store.js'
import type { FilledStore, StartStore } from './stores/store.js'
import { startVictoriaMetrics } from './stores/victoria-metrics.js'
import type { Line, RunOptions } from './table.js'

/** The upstreams of the service; each is started when a row first needs it. */
export interface Upstreams {
  /** A cloud with 100 projects, some of them with more than 100 instances. */
  smallCloud (): Promise<SimulatedCloud>
  /** A cloud with 1,000 projects and 10,000 instances. */
  largeCloud (): Promise<SimulatedCloud>
  /** One as large, whose calls take four times as long. */
  slowCloud (): Promise<SimulatedCloud>
  influxdb (): Promise<FilledStore>
  /** Each metrics store that rows compare, with the same samples. */
  stores: Array<() => Promise<FilledStore>>
  /** Start such a store with other samples. */
  starters: StartStore[]
  /** The URL of an InfluxDB with the newest samples of each running instance of the large cloud. */
  newestInfluxdb (): Promise<string>
  /** The names and versions of the stores that were started. */
  versions: Set<string>
}

/** Measures one row of the table, or several lines of it. */
export type Row = (upstreams: Upstreams, options: RunOptions) => Promise<Line[]>

/** The lines of each metrics store. */
export async function onEachStore (
  { stores }: Upstreams, measure: (store: FilledStore) => Promise<Line[]>
): Promise<Line[]> {
  const lines: Line[] = []
  for (const start of stores) lines.push(...await measure(await start()))
  return lines
}

export function createUpstreams (): Upstreams {
  const smallCloud = once(() => startCloud({ projects: 100, instances: 4000 }))
  const largeCloud = once(() => startCloud({ projects: 1000, instances: 10_000 }))
  const slowCloud = once(() => startCloud({ projects: 1000, instances: 10_000 }, 'slow'))
  const versions = new Set<string>()
  const samples = once(async () => {
    const { content } = await smallCloud()
    return chooseSamples(
      content.instances.filter(({ status, percentOnly }) => status === 'ACTIVE' && !percentOnly))
  })
  const noted = (start: StartStore): StartStore => async (fillAll) => {
    const store = await start(fillAll)
    versions.add([store.name, store.version].join(' ').trim())
    return store
  }
  const starters = [startInfluxDB, startVictoriaMetrics].map(noted)
  const stores = starters.map((start) => once(async () => {
    const chosen = await samples()
    return { ...await start((fill) => fillSamples(chosen, fill)), ...chosen }
  }))
  const influxdb = stores[0]!
  const newestInfluxdb = once(async () => {
    const { content } = await largeCloud()
    return startNewest(content.instances.filter(({ status }) => status === 'ACTIVE'))
  })
  return { smallCloud, largeCloud, slowCloud, influxdb, stores, starters, newestInfluxdb, versions }
}

function once<Value> (open: () => Promise<Value>) {
  let opened: Promise<Value> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}
