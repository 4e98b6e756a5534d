import { LRUCache } from 'lru-cache'
import { UpstreamError } from '#lib/errors.js'
import { lockOrWait } from './shared-store.js'
import type { SharedStore, StoredValue } from './shared-store.js'
import { createSingleFlight } from './single-flight.js'

export interface Clock {
  /** Unix milliseconds. */
  now: () => number
  /** Called with each failed refresh for which a stale value was served. */
  onBackgroundError: (err: unknown) => void
}

export interface CachedValue<V> extends StoredValue<V> {
  /** Why the last refresh failed, where the value is stale for that. */
  failure?: unknown
}

/** `hit`: the value was fresh. `stale`: it was not, and was served. `miss`: the caller waited for a fetch. */
export type CacheStatus = 'hit' | 'stale' | 'miss'

export interface CacheResult<V> extends CachedValue<V> {
  status: CacheStatus
}

/** Lookups so far by status, and what is cached now. */
export interface CacheStats extends Record<CacheStatus, number> {
  entries: number
  bytes: number
}

/** RFC 5861's terms, in milliseconds since the fetch. */
export interface Lifetimes {
  /** A value is fresh for so long. 0 caches nothing, and only coalesces concurrent fetches. */
  ttl: number
  /** After that it is served for so long while it is refreshed in the background. */
  staleWhileRevalidate?: number
}

export interface CacheOptions<V> {
  /** Bytes of all entries together. The least recently used entry is evicted first. */
  maxBytes: number
  /** Bytes of one value. */
  sizeOf: (value: V) => number
  /** Age in milliseconds up to which a value is served where an upstream fails the refresh. */
  staleIfError?: number
}

/** The result of a load. */
export interface Loaded<V> extends Partial<Lifetimes> {
  value: V
  /** Whether nothing is missing in it: a partial value is returned and not cached. */
  complete: boolean
  /**
   * Unix milliseconds from which on the value is not served in any case. It is then not shared with other
   * processes either.
   */
  expiresAt?: number
}

/** Fetches a value. It is given the cached one, if there is one. */
export type Load<V> = (cached?: V) => Promise<Loaded<V>>

export interface Cache<V> {
  /** The cached value, or the one that `load` fetches. */
  get: (key: string, lifetimes: Lifetimes, load: Load<V>) => Promise<CacheResult<V>>
  /** Caches a value that became known otherwise, in this process alone. */
  set: (key: string, lifetimes: Lifetimes, value: V) => void
  /** The cached value, where it is fresh, without a promise. */
  getFresh: (key: string) => CachedValue<V> | undefined
  /**
   * Another value in place of a bad one: the cached one where that is another by now, else one that `load`
   * fetches. The bad one stays cached until then, and where the fetch fails.
   */
  replace: (key: string, bad: V, lifetimes: Lifetimes, load: Load<V>) => Promise<StoredValue<V>>
  stats: () => CacheStats
}

/** Milliseconds between a failed refresh and the next, while a stale value is served. */
const refreshBackoffMs = 1_000
/**
 * Milliseconds after a failed refresh in which the next ones run in the background too: while an upstream is
 * slow to fail, a caller that waited for each of them would be slow as well.
 */
const backgroundRetryMs = 10_000

interface Entry<V> extends CachedValue<V>, Required<Lifetimes> {
  failedAt: number
  expiresAt: number
}

/**
 * A cache of upstreams' results, with single-flight, stale-while-revalidate and stale-if-error. Only the
 * failure of an upstream makes it serve a stale value. Any other error is a result of its own (the thing is
 * gone, or no longer visible) and removes the entry.
 * @param shared where other processes find the values too; a key that another process fetches is waited for
 */
export function createCache<V> (
  { maxBytes, sizeOf, staleIfError = 0 }: CacheOptions<V>,
  { now, onBackgroundError }: Clock,
  shared?: SharedStore<V>
): Cache<V> {
  const entries = new LRUCache<string, Entry<V>>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => sizeOf(value) + key.length
  })
  const lookups = createSingleFlight<Entry<V> | undefined>()
  const loads = createSingleFlight<StoredValue<V>>()
  const counts = { hit: 0, stale: 0, miss: 0 }

  // After the clock was set back, a value counts as old as it is ahead of the clock.
  const ageOf = ({ fetchedAt }: StoredValue<V>) => Math.abs(now() - fetchedAt)
  const isFresh = (entry: Entry<V>) => ageOf(entry) < entry.ttl
  const isRevalidatable = (entry: Entry<V>) => ageOf(entry) < entry.ttl + entry.staleWhileRevalidate
  const failedWithin = (entry: Entry<V>, milliseconds: number) =>
    Math.abs(now() - entry.failedAt) < milliseconds
  const servesOnError = (entry: Entry<V>) => isRevalidatable(entry) || ageOf(entry) < staleIfError
  const needsNoRefresh = (entry: Entry<V>) =>
    isFresh(entry) || (failedWithin(entry, refreshBackoffMs) && servesOnError(entry))
  const refreshesInBackground = (entry: Entry<V>) =>
    isRevalidatable(entry) || (failedWithin(entry, backgroundRetryMs) && ageOf(entry) < staleIfError)

  function store (
    key: string,
    { value, fetchedAt }: StoredValue<V>,
    { ttl, staleWhileRevalidate = 0 }: Lifetimes,
    expiresAt = Infinity
  ) {
    const entry = { value, fetchedAt, ttl, staleWhileRevalidate, expiresAt, failedAt: -Infinity }
    entries.set(key, entry)
    return entry
  }

  function find (key: string) {
    const entry = entries.get(key)
    return entry !== undefined && now() < entry.expiresAt ? entry : undefined
  }

  /** The newest value that this process or another one has fetched. */
  async function lookup (shared: SharedStore<V>, key: string, lifetimes: Lifetimes) {
    const stored = await shared.get(key)
    const entry = find(key)
    return stored !== undefined && stored.fetchedAt > (entry?.fetchedAt ?? -Infinity)
      ? store(key, stored, lifetimes)
      : entry
  }

  async function fetch (
    key: string, lifetimes: Lifetimes, load: Load<V>, reportError: (err: unknown) => void
  ) {
    const fetchedAt = now()
    let isShared = false
    try {
      const { value, complete, expiresAt, ...own } = await load(find(key)?.value)
      if (complete && lifetimes.ttl > 0) {
        const entry = store(key, { value, fetchedAt }, { ...lifetimes, ...own }, expiresAt)
        const life = { current: entry.ttl + entry.staleWhileRevalidate, staleIfError }
        if (expiresAt === undefined) isShared = shared?.set(key, entry, life) ?? false
      }
      return { value, fetchedAt, isShared }
    } catch (err) {
      const entry = find(key)
      if (!(err instanceof UpstreamError)) {
        entries.delete(key)
        // While this process holds the lock: the next holder does not find what is gone.
        if (lifetimes.ttl > 0) shared?.delete(key)
      } else if (entry !== undefined && servesOnError(entry)) {
        Object.assign(entry, { failedAt: now(), failure: err })
        reportError(err)
      }
      throw err
    }
  }

  async function fetchOnce (key: string, lifetimes: Lifetimes, load: Load<V>) {
    // Without a shared store, no other process fetches for this one.
    const { found, release } = shared !== undefined && lifetimes.ttl > 0
      ? await lockOrWait(() => shared.lock(key), () => lookup(shared, key, lifetimes), find(key))
      : {}
    if (found !== undefined) return found
    let isShared = false
    try {
      const fetched = await fetch(key, lifetimes, load, onBackgroundError)
      isShared = fetched.isShared
      return fetched
    } finally {
      release?.(isShared)
    }
  }

  function resultOf (status: CacheStatus, { value, fetchedAt, failure }: CachedValue<V>): CacheResult<V> {
    counts[status]++
    return { value, fetchedAt, status, ...(failure !== undefined && { failure }) }
  }

  return {
    async get (key, lifetimes, load) {
      const local = find(key)
      const isKnown = lifetimes.ttl === 0 || loads.has(key) || (local !== undefined && needsNoRefresh(local))
      const entry = shared === undefined || isKnown
        ? local
        : await lookups.run(key, () => lookup(shared, key, lifetimes))
      if (entry !== undefined && needsNoRefresh(entry)) {
        return resultOf(isFresh(entry) ? 'hit' : 'stale', entry)
      }
      const refresh = loads.run(key, () => fetchOnce(key, lifetimes, load))
      if (entry !== undefined && refreshesInBackground(entry)) {
        // Its failure has been reported, or the next caller meets it.
        refresh.catch(() => {})
        return resultOf('stale', entry)
      }
      try {
        return resultOf('miss', await refresh)
      } catch (failure) {
        if (failure instanceof UpstreamError && entry !== undefined && ageOf(entry) < staleIfError) {
          return resultOf('stale', { ...entry, failure })
        }
        counts.miss++
        throw failure
      }
    },

    set (key, lifetimes, value) {
      if (lifetimes.ttl > 0) store(key, { value, fetchedAt: now() }, lifetimes)
    },

    getFresh (key) {
      const entry = find(key)
      if (entry === undefined || !isFresh(entry)) return undefined
      counts.hit++
      return entry
    },

    async replace (key, bad, lifetimes, load) {
      if (find(key)?.value !== bad) return await this.get(key, lifetimes, load)
      // The caller is given the error, so nothing is reported.
      return await loads.run(key, () => fetch(key, lifetimes, load, () => {}))
    },

    stats: () => ({ ...counts, entries: entries.size, bytes: entries.calculatedSize })
  }
}
