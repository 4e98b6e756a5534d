import { AsyncLocalStorage } from 'node:async_hooks'
import pLimit from 'p-limit'
import { UpstreamError } from '#lib/errors.js'

/** When batches are sent. */
export interface BatchTiming {
  /** Requests in flight from which on reads are queued until one of them ends. */
  concurrency: number
  /** Milliseconds after which queued reads are sent all the same. */
  maxWaitMs: number
  /** Reads that may be queued. */
  queued: number
  /** Requests that a failed one may cost in all. */
  retries: number
}

/** How a store puts reads into requests. */
export interface BatchRules<Read, Result> {
  /** Takes the reads of the next request out of the queue: the first one, and others. */
  take: <Queued extends Read>(queue: Queued[]) => Queued[]
  /** Queries the reads of one batch. */
  query: (reads: Read[]) => Promise<Result[]>
  /** The parts that a failed batch is repeated in. */
  split: <Queued extends Read>(batch: Queued[]) => Queued[][]
  /** Whether each read would fail alone as well. */
  affectsAll: (err: unknown) => boolean
}

type InContext = <Value>(work: () => Value) => Value

interface QueuedRead<Result> {
  resolve: (result: Result) => void
  reject: (err: unknown) => void
  /** Runs work in the async context of the first reader of the same turn: one for each is expensive. */
  inContext: InContext
}

/**
 * Sends reads together that are requested in the same turn of the event loop; and while enough requests are
 * in flight, everything that is requested until one of them ends. A lone read is therefore sent at once, and
 * the busier the database is, the larger the batches are. A failed batch is repeated in parts, so that a bad
 * read fails alone; unless there are so many that it would take too many requests to find them.
 * @throws UpstreamError `queue-full` where too many reads are queued
 */
export function createBatch<Read, Result> (
  { take, query, split, affectsAll }: BatchRules<Read, Result>, limits: BatchTiming
) {
  type Queued = Read & QueuedRead<Result>
  const queue: Queued[] = []
  const retryLimit = pLimit(limits.concurrency)
  let inFlight = 0
  let turn: NodeJS.Immediate | undefined
  let inContext: InContext | undefined
  let maxWait: NodeJS.Timeout | undefined

  function sendAtEndOfTurn () {
    turn ??= setImmediate(() => {
      turn = undefined
      inContext = undefined
      sendWithinLimit()
    })
  }

  function sendWithinLimit () {
    while (queue.length > 0 && inFlight < limits.concurrency) send()
    if (queue.length === 0) return
    maxWait ??= setTimeout(() => {
      send()
      sendWithinLimit()
    }, limits.maxWaitMs)
  }

  function send () {
    clearTimeout(maxWait)
    maxWait = undefined
    inFlight++
    const batch = take(queue)
    // On behalf of the first reader, and not of the one whose request has just ended.
    const request = batch[0]!.inContext(() => settle(batch, query, { retries: limits.retries }))
    request.finally(() => {
      inFlight--
      sendAtEndOfTurn()
    })
  }

  /** Resolves or rejects each read. The budget is shared by the batch and all of its parts. */
  async function settle (
    batch: Queued[], run: typeof query, budget: { retries: number }
  ): Promise<void> {
    try {
      const results = await run(batch)
      batch.forEach(({ resolve }, i) => resolve(results[i]!))
    } catch (err) {
      const parts = affectsAll(err) ? [] : split(batch)
      if (parts.length > 1 && budget.retries >= parts.length) {
        budget.retries -= parts.length
        await Promise.all(parts.map((part) => settle(part, (reads) => retryLimit(query, reads), budget)))
      } else for (const { reject } of batch) reject(err)
    }
  }

  return {
    read: (read: Read) => new Promise<Result>((resolve, reject) => {
      if (queue.length >= limits.queued) {
        throw new UpstreamError('metrics', 'queue-full', 'has too many queued reads')
      }
      inContext ??= AsyncLocalStorage.snapshot()
      queue.push({ ...read, resolve, reject, inContext })
      sendAtEndOfTurn()
    }),
    /** How many reads are queued. */
    queued: () => queue.length
  }
}
