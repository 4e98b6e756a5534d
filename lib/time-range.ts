import { formatDuration, parseDuration } from './duration.js'
import { InvalidParameters, quote } from './errors.js'
import type { ParameterError } from './errors.js'

/** The parameters of a request, as they were sent. */
export interface RangeQuery {
  groupBy: string
  defaultTimeRange?: string
  timeRangeFrom?: string
  timeRangeTo?: string
}

/** `[start, end)` in unix seconds, both on a bucket's start; `step` is a bucket's width in seconds. */
export interface Window {
  start: number
  end: number
  step: number
}

/** The most buckets of one series. */
export const maxBuckets = 11_000

/**
 * The end of all ranges, in unix seconds: with a bucket of ten years they still end inside InfluxDB's
 * calendar.
 */
const endOfTime = Date.UTC(2200, 0) / 1000

const durationFormat = 'a duration in whole s, m, h, d or w, from 1s to 3650d, such as 15s, 10m or 1h30m'
const instantFormat = `${durationFormat}, before now; an RFC 3339 time with its offset; ` +
  'or a unix time in seconds, from 1970 to 2199'

/**
 * The window of a request, as of `now` (unix milliseconds). The range lies between its two ends, whichever is
 * older. The start is rounded down to a bucket's start, and the last bucket is the one that holds the end,
 * whole: a bucket's value never depends on the window in which it was read.
 * @param max the most buckets of the window, and why there may be no more, for the message
 * @throws InvalidParameters with an entry for each parameter that is missing, malformed or contradictory
 */
export function parseWindow (query: RangeQuery, now: number, max = maxBuckets, where = ''): Window {
  const errors: ParameterError[] = []
  const step = parseDuration(query.groupBy)
  if (step === undefined) {
    errors.push({ parameter: 'groupBy', message: `${quote(query.groupBy)} is not ${durationFormat}` })
  }
  const range = parseRange(query, now / 1000, errors)
  if (step === undefined || range === undefined) throw new InvalidParameters(errors)

  const [older, newer] = range
  const first = Math.floor(older / step)
  const last = Math.floor(newer / step)
  if (last - first >= max) {
    throw new InvalidParameters([{
      parameter: 'groupBy',
      message: `${quote(query.groupBy)} cuts this range into ${last - first + 1} buckets, ` +
        `and at most ${max} are allowed${where}: ` +
        `the smallest groupBy that fits is ${formatDuration(smallestStep(older, newer, max))}`
    }])
  }
  return { start: first * step, end: (last + 1) * step, step }
}

/**
 * The two ends of the range in unix seconds, the older one first.
 * @param errors receives an entry for each invalid parameter; then the result is `undefined`
 */
function parseRange (query: RangeQuery, now: number, errors: ParameterError[]): [number, number] | undefined {
  const { defaultTimeRange } = query
  const ends = (['timeRangeFrom', 'timeRangeTo'] as const)
    .map((parameter) => ({ parameter, text: query[parameter] }))
  const before = errors.length
  const addError = (parameter: string, message: string) => { errors.push({ parameter, message }) }

  if (defaultTimeRange !== undefined) {
    for (const { parameter, text } of ends) {
      if (text !== undefined) addError(parameter, 'must not be given together with defaultTimeRange')
    }
    const length = parseDuration(defaultTimeRange)
    if (length === undefined) {
      addError('defaultTimeRange', `${quote(defaultTimeRange)} is not ${durationFormat}`)
    }
    return errors.length > before || length === undefined ? undefined : [now - length, now]
  }
  if (ends.every(({ text }) => text === undefined)) {
    addError('defaultTimeRange', 'is missing: give it, or both timeRangeFrom and timeRangeTo')
    return undefined
  }
  const instants: number[] = []
  for (const { parameter, text } of ends) {
    const instant = text === undefined ? undefined : parseInstant(text, now)
    if (instant !== undefined) instants.push(instant)
    else {
      addError(
        parameter,
        text === undefined
          ? 'is missing: timeRangeFrom and timeRangeTo go together'
          : `${quote(text)} is not ${instantFormat}`
      )
    }
  }
  const [from, to] = instants
  if (from === undefined || to === undefined) return undefined
  if (from === to) {
    addError(
      'timeRangeTo', `${quote(query.timeRangeTo)} is the same instant as timeRangeFrom: the range is empty`
    )
  }
  return from === to ? undefined : [Math.min(from, to), Math.max(from, to)]
}

/**
 * Unix seconds of a duration before now, an RFC 3339 time or a unix time.
 * @returns `undefined` where the text is none of them, or out of bounds
 */
function parseInstant (text: string, now: number) {
  const duration = parseDuration(text)
  const instant = duration !== undefined
    ? now - duration
    : /^[0-9]{1,11}$/.test(text) ? Number(text) : parseRfc3339(text)
  return instant !== undefined && instant >= 0 && instant < endOfTime ? instant : undefined
}

const rfc3339 = new RegExp(
  '^([0-9]{4})-([0-9]{2})-([0-9]{2})' +
  'T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?' +
  '(?:Z|[+-][0-9]{2}:[0-9]{2})$',
  'i'
)

/**
 * Unix seconds of an RFC 3339 time. `Date` alone accepts other formats as well, and reads 30 February as 2
 * March.
 */
function parseRfc3339 (text: string) {
  const [, year, month, day] = rfc3339.exec(text) ?? []
  const milliseconds = Date.parse(text)
  if (day === undefined || Number.isNaN(milliseconds)) return undefined
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(day) <= daysInMonth ? milliseconds / 1000 : undefined
}

/** The smallest width in whole seconds that divides the range into at most `max` buckets. */
function smallestStep (older: number, newer: number, max: number) {
  let step = Math.ceil((newer - older) / max)
  while (Math.floor(newer / step) - Math.floor(older / step) >= max) step++
  return step
}
