import { influxdbQueries } from './influxdb-queries.js'
import type { DirectQueries } from './store.js'
import { victoriaMetricsQueries } from './victoria-metrics-queries.js'

/** The direct queries of each store, by its name. */
export const queriesOf: Record<string, DirectQueries> = {
  InfluxDB: influxdbQueries,
  VictoriaMetrics: victoriaMetricsQueries
}
