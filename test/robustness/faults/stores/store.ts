import type { SimulatorOptions } from '#simulator/simulator.js'
import type { Influxd } from '#test/support/influxdb/influxd.js'
import type { ServerControl } from '#test/support/server-control.js'
import type { Points } from '../points.js'

/** A real metrics store behind the service. */
export interface MetricsStore extends ServerControl {
  url: string
  /** The store as which the simulated cloud knows it. */
  simulated: SimulatorOptions['metricsStore']
  /** The service's settings for the store at a URL. */
  settingsFor: (url: string) => Record<string, string>
  /** Seconds by which the latest sample of a page may be ahead of the clock. */
  maxAheadSeconds: number
  /** Writes samples over those of earlier versions. */
  write: (points: Points) => Promise<void>
  /** InfluxDB's own commands, where it is the store. */
  influxd?: Influxd
}
