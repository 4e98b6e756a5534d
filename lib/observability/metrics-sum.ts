import { AggregatorRegistry } from 'prom-client'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'

/** The metrics of one process at one moment, as plain data. */
export interface MetricsSnapshot {
  /** When its `/readyz` reported last, in unix milliseconds; 0 before the first time. */
  checkedAt: number
  metrics: Metrics
}

type Metrics = Array<MetricObjectWithValues<MetricValue<string>>>

/** Metrics that only grow while the service runs. */
const cumulative = ['counter', 'histogram']

/**
 * Sums the metrics of processes. Each metric's `aggregator` names another function where no sum makes sense.
 */
export function createMetricsSum () {
  let ended = Promise.resolve<Metrics>([])

  return {
    /**
     * Adds the last snapshot of a process that has ended to all later sums. Prometheus takes a sum that falls
     * for a restart, and would count all of it once more.
     */
    processEnded ({ metrics }: MetricsSnapshot) {
      const counted = metrics.filter(({ type }) => cumulative.includes(String(type)))
      ended = ended.then((before) => AggregatorRegistry.aggregate([before, counted]).getMetricsAsJSON())
    },

    /** All metrics in Prometheus' text format. */
    async read (snapshots: MetricsSnapshot[]) {
      // The first process decides where the aggregator is `first`.
      const ordered = snapshots.toSorted((a, b) => b.checkedAt - a.checkedAt)
      const all = [...ordered.map(({ metrics }) => metrics), await ended]
      return await AggregatorRegistry.aggregate(all).metrics()
    }
  }
}
