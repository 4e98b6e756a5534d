import { collectDefaultMetrics, Registry } from 'prom-client'

/** Gauges that are named like counters, which Prometheus' own check refuses; what they count has other names too. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

let collected: Registry | undefined

/** What the process itself tells: processor, memory, garbage collection, event loop. It is one, however many apps are in it. */
export function processMetrics () {
  if (collected === undefined) {
    collected = new Registry()
    collectDefaultMetrics({ register: collected })
    for (const name of misnamed) collected.removeSingleMetric(name)
  }
  return collected
}
