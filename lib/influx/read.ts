import type { Window } from '../time-range.js'
import type { Upstream } from '../upstream.js'
import type { RequestBounds } from './bounds.js'
import { joinReads } from './join.js'
import type { Read } from './join.js'
import { query } from './query.js'
import type { InfluxSettings, Parameters, Series } from './query.js'
import { meanStatement } from './statements.js'

/**
 * Of each of these reads, for which one request has room, the value in each bucket by the bucket's start (unix seconds), ascending.
 * @throws UpstreamError where one of them failed, which tells nothing of the others.
 */
export async function readTogether (upstream: Upstream, settings: InfluxSettings, reads: Read[], most: RequestBounds) {
  const { statements, places } = joinReads(reads, most)
  const ids = [...new Set(reads.map(({ instance }) => instance))]
  const numbers = new Map(ids.map((id, number) => [id, number]))
  const texts = statements.map(({ measurement, perDevice, instances }, number) =>
    meanStatement(measurement, perDevice, [...instances].map((id) => numbers.get(id)!), number))
  const results = await query(upstream, settings, texts, Object.assign(
    Object.fromEntries(ids.map((id, number) => [`id${number}`, id])),
    ...statements.map(({ window }, number) => bind(window, number))
  ))
  return reads.map(({ instance }, i) => sum(results[places[i]!]!.filter(({ tags }) => tags?.resource_id === instance)))
}

const bind = ({ start, end, step }: Window, number: number): Parameters => ({
  [`start${number}`]: rfc3339(start),
  [`end${number}`]: rfc3339(end),
  [`step${number}`]: { duration: `${step}s` }
})

/** Unix seconds as text. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString()

/** Over the devices, in each bucket; of one series, itself. */
function sum (devices: Series[]) {
  const sums = new Map<number, number>()
  for (const { values } of devices) {
    for (const [time, value] of values) {
      if (value !== null) sums.set(time, (sums.get(time) ?? 0) + value)
    }
  }
  return sums
}
