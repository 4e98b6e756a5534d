import { createBatch as createGenericBatch } from '#lib/metrics/batch.js'
import type { BatchLimits } from './batch-limits.js'
import { planBatch, splitBatch } from './batch-plan.js'
import type { SeriesRequest } from './batch-plan.js'
import { affectsAllStatements } from './errors.js'

/**
 * A batch of reads whose request has a statement for each measurement, window and project.
 * @param query queries the reads of one batch
 */
export const createBatch = <Result>(
  query: (reads: SeriesRequest[]) => Promise<Result[]>, limits: BatchLimits
) => createGenericBatch<SeriesRequest, Result>({
    take: (queue) => queue.splice(0, planBatch(queue, limits).places.length),
    query,
    split: (batch) => splitBatch(batch, limits),
    affectsAll: affectsAllStatements
  }, limits)
