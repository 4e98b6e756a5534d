import type { Window } from '#lib/time-range.js'

/**
 * The windows to fetch for missing buckets: none, one or two. One request costs an upstream less than
 * several, so one window covers all of them, with the cached buckets in between. There are two windows only
 * around a stretch without missing buckets that is more than half of the whole: a chart was extended into the
 * past, and its last buckets are still filling.
 * @param missing the buckets' starts in unix seconds, ascending
 * @param step their width in seconds
 */
export function missingWindows (missing: number[], step: number): Window[] {
  const first = missing[0]
  const last = missing.at(-1)
  if (first === undefined || last === undefined) return []
  const end = last + step
  const isGap = (time: number, i: number) => time - missing[Math.max(i - 1, 0)]! - step > (end - first) / 2
  const next = missing.findIndex(isGap)
  if (next === -1) return [{ start: first, end, step }]
  return [{ start: first, end: missing[next - 1]! + step, step }, { start: missing[next]!, end, step }]
}
