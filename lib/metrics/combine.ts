import { possibleUsage } from './possible-usage.js'
import type { Metric } from './usages.js'

/** A value of each source of a metric; `undefined` where it has no samples. */
export type Values = Array<number | undefined>

/**
 * One value for each instance, or other key that has one, from a column of values for each source.
 * @param meaning the meaning of a key's values; `undefined` where they are not enough for one
 */
export function combine<Key> (
  columns: Array<Map<Key, number>>, meaning: (values: Values) => number | undefined
): Map<Key, number> {
  const combined = new Map<Key, number>()
  const keys = columns.length === 1
    ? columns[0]!.keys()
    : new Set(columns.flatMap((column) => [...column.keys()]))
  for (const key of keys) {
    const value = meaning(columns.map((column) => column.get(key)))
    if (value !== undefined) combined.set(key, value)
  }
  return combined
}

/**
 * The usages of a metric by key: those that are possible, with two decimals.
 * @param usage the usage that a key's values mean; `undefined` where they are not enough for one
 */
export function combineUsages<Key> (
  metric: Metric, columns: Array<Map<Key, number>>, usage: (values: Values) => number | undefined
): Map<Key, number> {
  return combine(columns, (values) => {
    const value = usage(values)
    return value === undefined ? undefined : possibleUsage(metric, value)
  })
}
