import { scramble } from '#simulator/random.js'

/** The value below which this share of the values lies; NaN without values. */
export function quantile (values: number[], share: number) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export const median = (values: number[]) => quantile(values, 0.5)

/**
 * The percentiles of the table, in ms. There is no p99 of fewer than 100 times: it would be the greatest of
 * them.
 */
export const percentiles = (times: number[]) =>
  ({ p50: median(times), p99: times.length < 100 ? undefined : quantile(times, 0.99) })

export const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Returns the values in an order that depends on the seed only. */
export function shuffle<Value> (values: Value[], seed = 1): Value[] {
  const keyed = values.map((value, n) => ({ value, key: scramble(seed, n) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value)
}
