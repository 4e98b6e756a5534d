import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { RequestLimits } from './batch-limits.js'
import { planBatch } from './batch-plan.js'
import type { BatchStatement, SeriesRequest } from './batch-plan.js'
import { query } from './query.js'
import type { BoundParameters, InfluxSettings, QuerySeries } from './query.js'
import { meanStatement } from './statements.js'

/** Called with the numbers of statements and series of each request. */
export type OnBatchSent = (statements: number, series: number) => void

/**
 * Sends reads that fit into one request.
 * @returns for each read the value of each bucket by its start (unix seconds), ascending
 * @throws UpstreamError where one of them failed, which says nothing about the others
 */
export async function querySeries (
  upstream: CallUpstream,
  settings: InfluxSettings,
  reads: SeriesRequest[],
  limits: RequestLimits,
  onBatchSent: OnBatchSent
) {
  const { statements, places } = planBatch(reads, limits)
  const ids = [...new Set(reads.map(({ instance }) => instance))]
  const numbers = new Map(ids.map((id, number) => [id, number]))
  const texts = statements.map(({ measurement, perDevice, instances, project }, number) =>
    meanStatement(
      measurement, perDevice, [...instances].map((id) => numbers.get(id)!), number, project !== undefined
    ))
  onBatchSent(statements.length, statements.reduce((sum, { instances }) => sum + instances.size, 0))
  const results = await query(upstream, settings, 'read-series', texts, Object.assign(
    Object.fromEntries(ids.map((id, number) => [`id${number}`, id])),
    ...statements.map((statement, number) => bind(statement, number))
  ))
  return reads.map(({ instance }, i) =>
    sumDevices(results[places[i]!]!.filter(({ tags }) => tags?.resource_id === instance)))
}

const bind = ({ window, project }: BatchStatement, number: number): BoundParameters => ({
  [`start${number}`]: rfc3339(window.start),
  [`end${number}`]: rfc3339(window.end),
  [`step${number}`]: { duration: `${window.step}s` },
  ...(project !== undefined && { [`project${number}`]: project })
})

/** Unix seconds as text. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString()

/** The sum over devices in each bucket; of one series, its own values. */
function sumDevices (devices: QuerySeries[]) {
  const sums = new Map<number, number>()
  for (const { values } of devices) {
    for (const [time, value] of values) {
      if (value !== null) sums.set(time, (sums.get(time) ?? 0) + value)
    }
  }
  return sums
}
