import { InvalidParameters, quote } from '#lib/errors.js'
import type { ParameterError } from '#lib/errors.js'
import { usages } from '#lib/metrics/usages.js'
import type { Usage } from '#lib/metrics/usages.js'
import { maxBuckets, parseWindow } from '#lib/time-range.js'
import type { RangeQuery, Window } from '#lib/time-range.js'

export type UsageName = keyof typeof usages

/** The series of several usages in a window. */
export interface UsagesRequest {
  usages: UsageName[]
  window: Window
}

/** The same of several instances, by id. */
export interface ManyUsagesRequest extends UsagesRequest {
  instances: string[]
}

const allUsages = Object.keys(usages) as UsageName[]

/** The most instances of one request. */
const maxInstances = 100

/** The most buckets of all series of one request together. */
const maxBucketsOfAll = 100_000

const idPattern = /^[A-Za-z0-9_-]{1,64}$/

/**
 * The usages and the window that a request asks for, as of `now` (unix milliseconds); all usages unless it
 * names some.
 * @throws InvalidParameters
 */
export function parseUsages (
  { usage, ...range }: RangeQuery & { usage?: string }, now: number
): UsagesRequest {
  const errors: ParameterError[] = []
  const usages = usage === undefined ? allUsages : parseUsageList(usage, errors)
  if (errors.length > 0) throw new InvalidParameters(errors)
  return { usages, window: parseWindow(range, now) }
}

/**
 * The same of 1 to 100 instances.
 * @throws InvalidParameters, also where all series together have too many buckets
 */
export function parseManyUsages (
  { instances, usage, ...range }: RangeQuery & { instances: string, usage: string }, now: number
): ManyUsagesRequest {
  const errors: ParameterError[] = []
  const ids = parseInstances(instances, errors)
  const usages = parseUsageList(usage, errors)
  if (errors.length > 0) throw new InvalidParameters(errors)
  const count = ids.length * usages.flatMap(seriesOf).length
  const max = Math.min(maxBuckets, Math.floor(maxBucketsOfAll / count))
  return { instances: ids, usages, window: parseWindow(range, now, max, ` in each of ${count} series`) }
}

/** The names of a usage's series. */
export const seriesOf = (name: UsageName) => Object.keys((usages[name] as Usage).series)

/** @param errors receives an entry for the first id that is invalid, or for their number */
function parseInstances (text: string, errors: ParameterError[]) {
  const ids = text.split(',')
  const addError = (message: string) => { errors.push({ parameter: 'instances', message }) }
  const invalid = ids.find((id) => !idPattern.test(id))
  const repeated = firstRepeated(ids)
  if (ids.length > maxInstances) {
    addError(`has ${ids.length} ids, and at most ${maxInstances} are allowed: ` +
      `${quote(ids[maxInstances])} is the first one beyond`)
  } else if (invalid !== undefined) addError(`${quote(invalid)} is not an id of letters, digits, - and _`)
  else if (repeated !== undefined) addError(`has ${quote(repeated)} twice`)
  return ids
}

/** @param errors receives an entry for the first usage that is invalid */
function parseUsageList (text: string, errors: ParameterError[]) {
  const names = text.split(',')
  const unknown = names.find((name) => !Object.hasOwn(usages, name))
  const repeated = firstRepeated(names)
  if (unknown !== undefined) {
    const message = `${quote(unknown)} is not a usage: ${allUsages.join(', ')} are`
    errors.push({ parameter: 'usage', message })
  } else if (repeated !== undefined) {
    errors.push({ parameter: 'usage', message: `has ${quote(repeated)} twice` })
  }
  return names as UsageName[]
}

const firstRepeated = (texts: string[]) => texts.find((text, i) => texts.indexOf(text) < i)
