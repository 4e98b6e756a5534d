import type { Window } from '#lib/time-range.js'

/**
 * The windows to read for the buckets that are missing, given by their starts (unix seconds, ascending) and their width: none, one or two.
 * One read costs an upstream less than several do, so one covers them all, and reads again what is kept in between. Only where
 * nothing is missing in a stretch of more than half of that (a chart is widened into the past, and its last buckets are still
 * filling) are there two, one on each side of it.
 */
export function missingWindows (missing: number[], step: number): Window[] {
  const first = missing[0]
  const last = missing.at(-1)
  if (first === undefined || last === undefined) return []
  const end = last + step
  const next = missing.findIndex((time, i) => time - missing[Math.max(i - 1, 0)]! - step > (end - first) / 2)
  if (next === -1) return [{ start: first, end, step }]
  return [{ start: first, end: missing[next - 1]! + step, step }, { start: missing[next]!, end, step }]
}
