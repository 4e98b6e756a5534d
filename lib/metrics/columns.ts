import type { Window } from '#lib/time-range.js'
import type { Values } from './combine.js'
import { possibleUsage } from './possible-usage.js'
import type { Metric } from './usages.js'

/** The value of each bucket of a window, in order; NaN where it is not known. */
export type Column = Float64Array

/** The number of buckets of a window. */
export const countOf = ({ start, end, step }: Window) => (end - start) / step

/** The index of the bucket with this start, in unix seconds. */
export const indexOf = ({ start, step }: Window, time: number) => (time - start) / step

export const emptyColumn = (window: Window): Column => new Float64Array(countOf(window)).fill(NaN)

/**
 * The usages of a metric: those that are possible, with two decimals.
 * @param columns a column of each source of the metric, one at least
 * @param usage the usage that a bucket's values mean; `undefined` or NaN where they are not enough for one
 */
export function combineColumns (
  metric: Metric, columns: Column[], usage: (values: Values) => number | undefined
): Column {
  const values: Values = []
  return columns[0]!.map((_, bucket) => {
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i]![bucket]!
      values[i] = Number.isNaN(value) ? undefined : value
    }
    return possibleUsage(metric, usage(values) ?? NaN) ?? NaN
  })
}
