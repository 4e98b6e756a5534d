import type { Bucket, Metrics } from './influx/client.js'
import type { Window } from './time-range.js'
import type { Usage } from './usage.js'

/** One named list of buckets, as it is answered. */
export interface Series {
  name: string
  metric: Bucket[]
}

/** The series of one usage of an instance in a window, or of a project's part of it. What the store does not know is empty. @throws UpstreamError */
export async function readSeries (
  metrics: Pick<Metrics, 'series'>,
  { series }: Usage,
  instance: string,
  window: Window,
  project?: string
): Promise<Series[]> {
  const lists = await metrics.series(Object.values(series), instance, window, project)
  return Object.keys(series).map((name, i) => ({ name, metric: lists[i]! }))
}
