/** Seconds between reads that a user chooses from; 0 is off. */
export const intervals = [0, 10, 30, 60, 300]
export const defaultInterval = 30

/** The longest wait after failures: seconds. */
const longest = 300

/** The interval of a URL; the default where it has none. */
export function parseInterval (text: string | null) {
  const seconds = Number(text)
  return text !== null && text !== '' && intervals.includes(seconds) ? seconds : defaultInterval
}

/**
 * Seconds until the next read after a success: never before the response is out of date, because an earlier
 * read would return the same. `null` where the user reads by hand.
 */
export const waitAfterSuccess = (interval: number, { age, maxAge }: { age: number, maxAge: number }) =>
  interval === 0 ? null : Math.max(interval, maxAge - age, 1)

/**
 * Seconds until the next read after a failure. They double with each failure in a row, to five minutes, and
 * vary by a tenth, so that many open pages do not come back at the same time.
 * @param failures in a row, from 1 on
 * @param random 0..1
 */
export function waitAfterFailure (failures: number, retryAfter: number | undefined, random: number) {
  const first = retryAfter ?? 5
  const wait = Math.min(first * 2 ** Math.min(failures - 1, 10), Math.max(longest, first))
  return wait * (0.9 + 0.2 * random)
}

/** Whether data are older than twice what their response promises: an upstream is probably failing. */
export const isOld = (age: number, maxAge: number) => age > 2 * Math.max(maxAge, 5)
