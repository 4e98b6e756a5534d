import { createCache } from './cache.js'
import type { Clock, Lifetimes } from './cache.js'

export interface RefreshingValue<T> {
  /**
   * The value. A refresh ahead of its expiry runs in the background; only after it do callers wait for one.
   */
  get (): Promise<T>
  /** Another value in place of a bad one: the cached one where that is another by now, else a new one. */
  replace (bad: T): Promise<T>
}

const key = 'value'

/**
 * One value that is costly to fetch (a token, a version, a list of ids), renewed ahead of its expiry.
 * @param lifetimesOf the value's lifetimes; `fetchedAt` is in unix milliseconds
 */
export function createRefreshingValue<T> (
  fetch: () => Promise<T>,
  lifetimesOf: (value: T, fetchedAt: number) => Lifetimes,
  clock: Clock
): RefreshingValue<T> {
  const cache = createCache<T>({ maxBytes: 16, sizeOf: () => 1 }, clock)
  const lifetimes = { ttl: Infinity }

  async function load () {
    const fetchedAt = clock.now()
    const value = await fetch()
    return { value, complete: true, ...lifetimesOf(value, fetchedAt) }
  }

  return {
    get: async () => (await cache.get(key, lifetimes, load)).value,
    replace: async (bad) => (await cache.replace(key, bad, lifetimes, load)).value
  }
}
