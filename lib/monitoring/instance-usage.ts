import type { Column } from '#lib/metrics/columns.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Usage } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'

/**
 * The series of one usage of an instance in a window, as JSON: of a list of `Series`. It is written here,
 * because an object for each bucket would take longer than all the rest. A series that the store does not
 * know is empty.
 * @param project where given, only series of this project count
 * @throws UpstreamError
 */
export async function getInstanceUsage (
  metrics: Pick<MetricsStore, 'series'>,
  { series }: Usage,
  instance: string,
  window: Window,
  project?: string
): Promise<string> {
  const columns = await metrics.series(Object.values(series), instance, window, project)
  const texts = Object.keys(series).map((name, i) =>
    `{"name":"${name}","metric":[${bucketsJson(columns[i]!, window)}]}`)
  return `[${texts.join()}]`
}

/** The buckets with a value, as `Bucket`. */
function bucketsJson (column: Column, { start, step }: Window) {
  let text = ''
  for (let i = 0; i < column.length; i++) {
    const usage = column[i]!
    if (!Number.isNaN(usage)) text += `${text === '' ? '' : ','}{"time":${start + i * step},"usage":${usage}}`
  }
  return text
}
