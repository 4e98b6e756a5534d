import { createCache } from './cache.js'
import type { CacheOptions, Clock, Lifetimes } from './cache.js'

export interface RefreshingValue<T> {
  /**
   * The value. A refresh ahead of its expiry runs in the background; only after it do callers wait for one.
   */
  get (): Promise<T>
  /** Another value in place of a bad one: the cached one where that is another by now, else a new one. */
  replace (bad: T): Promise<T>
}

/** The lifetimes of a value; `fetchedAt` is in unix milliseconds. */
type LifetimesOf<T> = (value: T, fetchedAt: number) => Lifetimes

const lifetimes = { ttl: Infinity }

/**
 * Values of one kind that are costly to fetch, each renewed ahead of its expiry. Beyond `maxBytes` the least
 * recently used one is evicted, and fetched again when it is needed.
 * @returns a function that returns the refreshing value of a key
 */
export function createRefreshingValues<T> (
  fetch: (key: string) => Promise<T>,
  lifetimesOf: LifetimesOf<T>,
  clock: Clock,
  bounds: Pick<CacheOptions<T>, 'maxBytes' | 'sizeOf'>
) {
  const cache = createCache<T>(bounds, clock)

  return (key: string): RefreshingValue<T> => {
    async function load () {
      const fetchedAt = clock.now()
      const value = await fetch(key)
      return { value, complete: true, ...lifetimesOf(value, fetchedAt) }
    }
    return {
      get: async () => (await cache.get(key, lifetimes, load)).value,
      replace: async (bad) => (await cache.replace(key, bad, lifetimes, load)).value
    }
  }
}

/** One value that is costly to fetch (a token, a version, a list of ids), renewed ahead of its expiry. */
export const createRefreshingValue = <T>(
  fetch: () => Promise<T>, lifetimesOf: LifetimesOf<T>, clock: Clock
) => createRefreshingValues(fetch, lifetimesOf, clock, { maxBytes: 16, sizeOf: () => 1 })('value')
