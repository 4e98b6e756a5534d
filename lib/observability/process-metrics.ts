import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricObject } from 'prom-client'

/**
 * Gauges with the names of counters, which Prometheus' own check rejects. Other metrics have their values
 * too.
 */
const misnamed = [
  'nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'
]

/**
 * How values of several processes are combined. A mean of delays would hide a process that is late, and the
 * primary is the oldest process.
 */
const aggregatorOf = ({ name, aggregator }: MetricObject) =>
  name === 'process_start_time_seconds' ? 'min' : aggregator === 'average' ? 'max' : aggregator

let registry: Registry | undefined

/**
 * The metrics of the process: processor, memory, garbage collection, event loop. All apps of a process share
 * them.
 */
export function processMetrics () {
  if (registry === undefined) {
    registry = new Registry()
    collectDefaultMetrics({ register: registry })
    for (const name of misnamed) registry.removeSingleMetric(name)
    for (const metric of registry.getMetricsAsArray()) metric.aggregator = aggregatorOf(metric)
  }
  return registry
}
