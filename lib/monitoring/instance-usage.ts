import type { ReadJson } from '#lib/metrics/series-cache.js'
import type { Usage } from '#lib/metrics/usages.js'
import type { Window } from '#lib/time-range.js'

/**
 * The series of one usage of an instance in a window, as the JSON of a list of `Series`. It is put together
 * from bytes, because an object for each bucket would take longer than all the rest. A series that the store
 * does not know is empty.
 * @param project where given, only series of this project count
 * @throws UpstreamError
 */
export async function getInstanceUsage (
  metrics: { seriesJson: ReadJson }, { series }: Usage, instance: string, window: Window, project?: string
): Promise<Buffer> {
  const json = await metrics.seriesJson(Object.values(series), instance, window, project)
  const parts = Object.keys(series).flatMap((name, i) => [
    Buffer.from(`${i === 0 ? '[' : ']},'}{"name":"${name}","metric":[`), ...withoutFirstComma(json[i]!)
  ])
  return Buffer.concat([...parts, Buffer.from(']}]')])
}

function withoutFirstComma (parts: Buffer[]) {
  const [first, ...others] = parts.filter(({ length }) => length > 0)
  return first === undefined ? [] : [first.subarray(1), ...others]
}
