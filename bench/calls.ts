import { timedGet } from './get.js'
import type { Server } from './server.js'

/**
 * The requests that a service has sent to its metrics store so far, by its own metrics. VictoriaMetrics' own
 * counter would take a second.
 */
export async function metricsCallsOf ({ origin }: Server) {
  const { text } = await timedGet(`${origin}/metrics`)
  const durations = /upstream_request_duration_seconds_count\{.*upstream="metrics".*\} (\d+)/g
  return [...text.matchAll(durations)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** The calls of a baseline that sends one for each request: they need no count. */
export const oneEach = async () => NaN
