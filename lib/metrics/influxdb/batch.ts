import { AsyncLocalStorage } from 'node:async_hooks'
import pLimit from 'p-limit'
import { UpstreamError } from '#lib/errors.js'
import type { BatchLimits } from './batch-limits.js'
import { affectsAllStatements } from './errors.js'
import { planBatch, splitBatch } from './batch-plan.js'
import type { SeriesRequest } from './batch-plan.js'

interface Waiting<Answer> extends SeriesRequest {
  resolve: (answer: Answer) => void
  reject: (err: unknown) => void
  /** Does something in the context of who waits. */
  there: <Result>(work: () => Result) => Result
}

/**
 * Runs together what is to be read at the same moment, which is a turn of the event loop; and while enough requests are under way, all
 * that comes until one of them ends. So a lone read goes at once, and the busier the database is, the more go together.
 * Where reads fail together, each that is not at fault has its answer from a request that is made again, without the others; unless so
 * many are at fault that it would take too many requests to tell.
 * @throws UpstreamError `busy` where too many wait.
 */
export function createBatch<Answer> (run: (reads: SeriesRequest[]) => Promise<Answer[]>, most: BatchLimits) {
  const waiting: Array<Waiting<Answer>> = []
  const again = pLimit(most.requests)
  let underWay = 0
  let turn: NodeJS.Immediate | undefined
  let patience: NodeJS.Timeout | undefined

  function atTheTurnsEnd () {
    turn ??= setImmediate(() => {
      turn = undefined
      sendWhatMay()
    })
  }

  function sendWhatMay () {
    while (waiting.length > 0 && underWay < most.requests) send()
    if (waiting.length === 0) return
    patience ??= setTimeout(() => {
      send()
      sendWhatMay()
    }, most.patience)
  }

  function send () {
    clearTimeout(patience)
    patience = undefined
    underWay++
    const reads = waiting.splice(0, planBatch(waiting, most).places.length)
    // For the first of those who wait, and not for whoever's request has just ended; but all of them wait for it.
    const request = reads[0]!.there(() => settle(reads, run, { left: most.again }))
    request.finally(() => {
      underWay--
      atTheTurnsEnd()
    })
  }

  /** Answers each read. `budget` is what its request and those that come of it have left. */
  async function settle (reads: Array<Waiting<Answer>>, ask: typeof run, budget: { left: number }): Promise<void> {
    try {
      const answers = await ask(reads)
      reads.forEach(({ resolve }, i) => resolve(answers[i]!))
    } catch (err) {
      const parts = affectsAllStatements(err) ? [] : splitBatch(reads, most)
      if (parts.length > 1 && budget.left >= parts.length) {
        budget.left -= parts.length
        await Promise.all(parts.map((part) => settle(part, (reads) => again(run, reads), budget)))
      } else for (const { reject } of reads) reject(err)
    }
  }

  return {
    read: (read: SeriesRequest) => new Promise<Answer>((resolve, reject) => {
      if (waiting.length >= most.waiting) throw new UpstreamError('metrics', 'queue-full', 'has too many queued reads')
      waiting.push({ ...read, resolve, reject, there: AsyncLocalStorage.snapshot() })
      atTheTurnsEnd()
    }),
    /** How many reads wait to be sent. */
    waiting: () => waiting.length
  }
}
