import { formatDuration, parseDuration } from '../../lib/duration.js'

export const presets = ['15m', '1h', '3h', '6h', '24h', '7d', '30d'] as const
const defaultPreset = '1h'

/** Widths of buckets in seconds: 15 s to a day. */
export const widths = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]

/** The most buckets of an automatic width, and of any. */
const autoBuckets = 360
export const maxBuckets = 2000

/** A range that ends now, or one between two instants in unix seconds. */
export type Range = { live: string, length: number } | { live?: undefined, from: number, to: number }

/** The shortest range, which a zoom does not go below: seconds. */
const shortest = 60
const longest = 3650 * 86_400

/** The range of a URL. An invalid one counts as not given. */
export function parseRange (params: URLSearchParams): Range {
  const [from, to] = ['from', 'to'].map((name) => {
    const text = params.get(name) ?? ''
    return /^[0-9]{1,10}$/.test(text) ? Number(text) : NaN
  }) as [number, number]
  if (to > from) return { from, to }
  const text = params.get('range') ?? defaultPreset
  const length = parseDuration(text)
  return length === undefined || length < shortest
    ? { live: defaultPreset, length: parseDuration(defaultPreset)! }
    : { live: text, length }
}

/** A range as parameters of the URL; null removes one. The default has none. */
export const formatRange = (range: Range) => range.live === undefined
  ? { from: String(range.from), to: String(range.to), range: null }
  : { from: null, to: null, range: range.live === defaultPreset ? null : range.live }

export const lengthOf = (range: Range) => range.live === undefined ? range.to - range.from : range.length

/** The ends of a range in unix seconds, as of `now`. */
export const endsOf = (range: Range, now: number) =>
  range.live === undefined ? range : { from: now - range.length, to: now }

/** The narrowest width that makes at most 360 buckets of a range. */
export const autoWidth = (length: number) =>
  widths.find((width) => length / width <= autoBuckets) ?? Math.ceil(length / autoBuckets / 86_400) * 86_400

/** Widths that a range may be shown with. */
export const allowedWidths = (length: number) =>
  widths.filter((width) => length / width <= maxBuckets && length / width >= 2)

/** The width of a URL's `groupBy` where the range allows it; `undefined` is automatic. */
export function parseWidth (text: string | null, length: number) {
  const width = parseDuration(text ?? '')
  return width !== undefined && length / width <= maxBuckets ? width : undefined
}

/** The range twice as long about the same middle, which does not end in the future. */
export function zoomOut (range: Range, now: number): Range {
  const { from, to } = endsOf(range, now)
  const length = Math.min(2 * (to - from), longest)
  const end = Math.min(Math.round((from + to + length) / 2), Math.floor(now))
  return { from: Math.max(0, end - length), to: end }
}

/** The range moved by half of its length: back with -1, on with 1, at most until now. */
export function move (range: Range, direction: -1 | 1, now: number): Range {
  const { from, to } = endsOf(range, now)
  const length = to - from
  const end = Math.min(Math.round(to + direction * length / 2), Math.floor(now))
  return { from: Math.max(0, Math.round(end - length)), to: end }
}

/** The range between two instants that a pointer chose. */
export function zoomIn (from: number, to: number): Range {
  const middle = (from + to) / 2
  const half = Math.max(to - from, shortest) / 2
  return { from: Math.floor(middle - half), to: Math.ceil(middle + half) }
}

/**
 * The parameters of a request. A live range is the same URL for everybody, and so one cached response.
 */
export function requestOf (range: Range, width: number) {
  const groupBy = formatDuration(width)
  return range.live === undefined
    ? { groupBy, timeRangeFrom: String(range.from), timeRangeTo: String(range.to) }
    : { groupBy, defaultTimeRange: range.live }
}

/** Gaps: stretches of buckets in which no series has a value, as pairs of indices, the end exclusive. */
export function gapsOf (series: Array<Array<number | null>>, count: number): Array<[number, number]> {
  const gaps: Array<[number, number]> = []
  for (let n = 0; n < count; n++) {
    if (series.some((values) => values[n] !== null)) continue
    const last = gaps.at(-1)
    if (last?.[1] === n) last[1] = n + 1
    else gaps.push([n, n + 1])
  }
  return gaps
}

/** Mean and greatest of the known values; null where there is none. */
export function statistics (values: Array<number | null>) {
  let sum = 0
  let count = 0
  let max = -Infinity
  let newest: number | null = null
  for (const value of values) {
    if (value === null) continue
    sum += value
    count++
    if (value > max) max = value
    newest = value
  }
  return count === 0 ? null : { mean: sum / count, max, newest: newest! }
}

/**
 * Whether buckets are narrower than the time between samples: values alternate with short holes all the way.
 * An outage is one long hole, and is not meant.
 */
export function isSparse (values: Array<number | null>) {
  let known = 0
  let holes = 0
  let hole = 0
  for (const value of values) {
    if (value === null) {
      hole++
      continue
    }
    if (known > 0 && hole > 0 && hole <= 20) holes++
    known++
    hole = 0
  }
  return known >= 3 && holes >= 0.4 * known
}
