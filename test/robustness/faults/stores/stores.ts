import type { Test } from 'tap'
import { startInfluxDB } from './influxdb.js'
import type { MetricsStore } from './store.js'
import { startVictoriaMetrics } from './victoria-metrics.js'

/** Starts each store, which ends with the test; `undefined`, with `t` skipped, where it is not available. */
export const stores = {
  influxdb: startInfluxDB,
  'victoria-metrics': startVictoriaMetrics
} satisfies Record<string, (t: Test) => Promise<MetricsStore | undefined>>

export type StoreName = keyof typeof stores
