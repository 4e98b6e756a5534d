import type { MetricsStore } from '#lib/metrics/store.js'
import type { Usage } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'
import type { Series } from '#schemas/series.js'

/**
 * The series of one usage of an instance in a window. A series that the store does not know is empty.
 * @param project where given, only series of this project count
 * @throws UpstreamError
 */
export async function getInstanceUsage (
  metrics: Pick<MetricsStore, 'series'>,
  { series }: Usage,
  instance: string,
  window: Window,
  project?: string
): Promise<Series[]> {
  const lists = await metrics.series(Object.values(series), instance, window, project)
  return Object.keys(series).map((name, i) => ({ name, metric: lists[i]! }))
}
