import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { StatementLimits } from './batch-limits.js'
import { planBatch } from './batch-plan.js'
import type { BatchStatement, SeriesRequest } from './batch-plan.js'
import { query } from './query.js'
import type { InfluxSettings, BoundParameters, QuerySeries } from './query.js'
import { meanStatement } from './statements.js'

/** Told of a request: how many statements are in it, and how many series they ask for. */
export type OnBatchSent = (statements: number, series: number) => void

/**
 * Of each of these reads, for which one request has room, the value in each bucket by the bucket's start (unix seconds), ascending.
 * @throws UpstreamError where one of them failed, which tells nothing of the others.
 */
export async function querySeries (upstream: CallUpstream, settings: InfluxSettings, reads: SeriesRequest[], most: StatementLimits, sent: OnBatchSent) {
  const { statements, places } = planBatch(reads, most)
  const ids = [...new Set(reads.map(({ instance }) => instance))]
  const numbers = new Map(ids.map((id, number) => [id, number]))
  const texts = statements.map(({ measurement, perDevice, instances, project }, number) =>
    meanStatement(measurement, perDevice, [...instances].map((id) => numbers.get(id)!), number, project !== undefined))
  sent(statements.length, statements.reduce((sum, { instances }) => sum + instances.size, 0))
  const results = await query(upstream, settings, 'read-series', texts, Object.assign(
    Object.fromEntries(ids.map((id, number) => [`id${number}`, id])),
    ...statements.map((statement, number) => bind(statement, number))
  ))
  return reads.map(({ instance }, i) => sum(results[places[i]!]!.filter(({ tags }) => tags?.resource_id === instance)))
}

const bind = ({ window: { start, end, step }, project }: BatchStatement, number: number): BoundParameters => ({
  [`start${number}`]: rfc3339(start),
  [`end${number}`]: rfc3339(end),
  [`step${number}`]: { duration: `${step}s` },
  ...(project !== undefined && { [`project${number}`]: project })
})

/** Unix seconds as text. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString()

/** Over the devices, in each bucket; of one series, itself. */
function sum (devices: QuerySeries[]) {
  const sums = new Map<number, number>()
  for (const { values } of devices) {
    for (const [time, value] of values) {
      if (value !== null) sums.set(time, (sums.get(time) ?? 0) + value)
    }
  }
  return sums
}
