import { setImmediate } from 'node:timers/promises'
import type { SeriesCacheOptions } from '#lib/metrics/series-cache.js'
import { cacheSeries } from '#lib/metrics/series-cache.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Metric } from '#lib/metrics/usages.js'

/** A bucket's width in seconds; tests count in buckets. */
export const step = 60

/** The first bucket of a call, and the one after its last. */
export type Range = [from: number, to: number]

/** A call that a store has received and may still have to answer. */
export interface Call {
  metrics: Metric[]
  instance: string
  project: string | undefined
  range: Range
  answer: () => void
  fail: () => void
}

/**
 * Kept buckets over a store on a clock of its own; the store has data in each bucket but every fifth, and
 * answers as things were when it was asked.
 */
export function keepOver (options: Partial<SeriesCacheOptions> = {}) {
  const clock = { minutes: 100 }
  const truth = new Map<number, number>()
  const calls: Call[] = []
  let held = false

  const usageIn = (bucket: number) => truth.get(bucket) ?? (bucket % 5 === 0 ? undefined : bucket / 4)
  const bucketsIn = ([from, to]: Range, width: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).flatMap((bucket) => {
      const usage = usageIn(bucket)
      return usage === undefined ? [] : [{ time: bucket * width, usage }]
    })
  const series: MetricsStore['series'] = (metrics, instance, { start, end, step }, project) =>
    new Promise((resolve, reject) => {
      const range: Range = [start / step, end / step]
      const lists = metrics.map(() => bucketsIn(range, step))
      calls.push({
        metrics,
        instance,
        project,
        range,
        answer: () => resolve(lists),
        fail: () => reject(new Error('the store is down'))
      })
      if (!held) resolve(lists)
    })
  const { series: kept, stats } = cacheSeries(
    { series }, { maxBytes: 1e6, settle: () => 120, now: () => clock.minutes * 60_000, ...options }
  )

  return {
    clock,
    /** What is in a bucket by now, where that is not what was in it from the start. */
    truth,
    calls,
    /** From now on, whether calls wait for their `answer` or `fail`. */
    hold: (holding: boolean) => { held = holding },
    bucketsIn: (range: Range) => bucketsIn(range, step),
    /** Asks for buckets of one metric. */
    ask: async (
      [from, to]: Range, metric: Metric = 'cpu', instance = 'x', width = step, project?: string
    ) => {
      const [buckets] = await kept(
        [metric], instance, { start: from * width, end: to * width, step: width }, project
      )
      return buckets!
    },
    kept,
    stats,
    /** The ranges that the store was asked for since the last time this was asked. */
    asked: () => calls.splice(0).map(({ range }) => range)
  }
}

/** Lets all that is not held run on. */
export const settleDown = () => setImmediate()
