import { emptyColumn, indexOf } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import { groupBy } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
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
 * @returns for each read a column of its window
 * @throws UpstreamError where one of them failed, which says nothing about the others
 */
export async function querySeries (
  upstream: CallUpstream,
  settings: InfluxSettings,
  reads: SeriesRequest[],
  { limits, onBatchSent }: { limits: RequestLimits, onBatchSent: OnBatchSent }
): Promise<Column[]> {
  const { statements, places } = planBatch(reads, limits)
  onBatchSent(statements.length, statements.reduce((sum, { instances }) => sum + instances.size, 0))
  const texts = statements.map(meanStatement)
  const results = await query(upstream, settings, 'read-series', texts)
  const devicesOf = results.map((series) => new Map(groupBy(series, ({ tags }) => tags?.resource_id)))
  return reads.map(({ instance, window }, i) =>
    sumDevices(window, devicesOf[places[i]!]!.get(instance) ?? []))
}

/**
 * The sum over devices in each bucket. Nothing that is measured is negative: such a value makes its bucket
 * unknown, and must not disappear in a sum, so it is -Infinity here, which is no usage.
 */
function sumDevices (window: Window, devices: QuerySeries[]): Column {
  const sums = emptyColumn(window)
  for (const { values } of devices) {
    for (const [time, value] of values) {
      if (value === null) continue
      const bucket = indexOf(window, time)
      const before = sums[bucket]!
      sums[bucket] = (Number.isNaN(before) ? 0 : before) + (value < 0 ? -Infinity : value)
    }
  }
  return sums
}
