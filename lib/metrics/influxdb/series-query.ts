import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { RequestLimits } from './batch-limits.js'
import { planBatch } from './batch-plan.js'
import type { SeriesRequest } from './batch-plan.js'
import { query } from './query.js'
import type { InfluxSettings, QuerySeries } from './query.js'
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
  { limits, onBatchSent }: { limits: RequestLimits, onBatchSent: OnBatchSent }
) {
  const { statements, places } = planBatch(reads, limits)
  onBatchSent(statements.length, statements.reduce((sum, { instances }) => sum + instances.size, 0))
  const texts = statements.map(meanStatement)
  const results = await query(upstream, settings, 'read-series', texts)
  return reads.map(({ instance }, i) =>
    sumDevices(results[places[i]!]!.filter(({ tags }) => tags?.resource_id === instance)))
}

/**
 * The sum over devices in each bucket; of one series, its own values. Nothing that is measured is negative:
 * such a value makes its bucket unknown, and must not disappear in a sum.
 */
function sumDevices (devices: QuerySeries[]) {
  const sums = new Map<number, number>()
  for (const { values } of devices) {
    for (const [time, value] of values) {
      if (value !== null) sums.set(time, (sums.get(time) ?? 0) + (value < 0 ? NaN : value))
    }
  }
  return sums
}
