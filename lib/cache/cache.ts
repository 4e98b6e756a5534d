import { LRUCache } from 'lru-cache'
import { UpstreamError } from '#lib/errors.js'
import type { Clock } from './refreshing-value.js'
import { takeTurn, unshared } from './shared-store.js'
import type { Shared } from './shared-store.js'

/** A value and when it was read, in unix milliseconds. */
export interface CachedValue<V> {
  value: V
  fetchedAt: number
  /** Why it could not be read again, where it stands in for a read that failed. */
  failure?: unknown
}

/** How a value was come by: it was fresh; it no longer was, and was given out all the same; or a read was waited for. */
export type CacheStatus = 'hit' | 'stale' | 'miss'

export interface Given<V> extends CachedValue<V> {
  state: CacheStatus
}

/** How often values were come by in each way so far, and how much is kept. */
export interface CacheCounts extends Record<CacheStatus, number> {
  entries: number
  bytes: number
}

export interface Freshness {
  /** Milliseconds for which a value is fresh; 0 keeps nothing, and only those who ask at the same time share a read. */
  ttl: number
  /** Milliseconds after that in which it is still given out, while it is read again behind the callers' backs. */
  grace: number
}

export interface Limits<V> {
  /** The bytes that all values may have together. */
  bytes: number
  /** The bytes of one. */
  sizeOf: (value: V) => number
  /** Milliseconds that a value may be old and still stand in for a read that fails. */
  staleLimit: number
}

/**
 * Reads a value, and says whether it is worth keeping: what lacks something is not. From `until` on (unix milliseconds) it is worth
 * nothing, however fresh it is, and stands in for nothing. It is told of the value that is kept, if one is.
 */
export type Read<V> = (before?: V) => Promise<{ value: V, whole: boolean, until?: number }>

export interface Kept<V> {
  /** What is kept, or what is read. */
  get: (key: string, freshness: Freshness, read: Read<V>) => Promise<Given<V>>
  /** What is kept here and less than `ttl` milliseconds old. */
  fresh: (key: string, ttl: number) => CachedValue<V> | undefined
  counts: () => CacheCounts
}

/** Milliseconds between a read that failed and the next try, where a kept value stands in. */
const pause = 1_000
/**
 * Milliseconds after such a read in which nobody waits for the next ones either: while an upstream is slow to fail, callers who ask again and
 * again would wait for that again and again.
 */
const doubt = 10_000

interface Held<V> extends CachedValue<V> {
  /** When it could last not be read again, and why is its `failure`. */
  failedAt: number
  until: number
}

/**
 * Keeps what is read, by key; the longest unused goes first. Who asks for a key that is being read waits for that read, and no one
 * who gives up ends it. Where an upstream fails a read, a kept value stands in, and the failure is told to the clock. Any other error is an
 * answer of its own (what was read is gone, or not to be seen any more) and ends what is kept. What is read in part is given, and not kept.
 * What is `shared` counts like what is kept here, and a key that another process reads is waited for in the same way.
 */
export function createKept<V extends object> (
  { bytes, sizeOf, staleLimit }: Limits<V>,
  { now, onBackgroundError }: Clock,
  shared: Shared<V> = unshared
): Kept<V> {
  const cache = new LRUCache<string, Held<V>>({
    maxSize: bytes,
    sizeCalculation: ({ value }, key) => sizeOf(value) + key.length
  })
  const looking = new Map<string, Promise<Held<V> | undefined>>()
  const reading = new Map<string, Promise<CachedValue<V>>>()
  const counts = { hit: 0, stale: 0, miss: 0 }
  // A clock that is set back must not keep a value young until it has caught up.
  const ageOf = ({ fetchedAt }: CachedValue<V>) => Math.abs(now() - fetchedAt)
  const serves = (held: Held<V>, { ttl, grace }: Freshness) => ageOf(held) < Math.max(ttl + grace, staleLimit)
  const failedWithin = (held: Held<V>, milliseconds: number) => Math.abs(now() - held.failedAt) < milliseconds
  const rests = (held: Held<V>, freshness: Freshness) =>
    ageOf(held) < freshness.ttl || (failedWithin(held, pause) && serves(held, freshness))

  function hold (key: string, { value, fetchedAt }: CachedValue<V>, until = Infinity) {
    const held = { value, fetchedAt, failedAt: -Infinity, until }
    cache.set(key, held)
    return held
  }

  /** What is held and has not had its day. */
  function find (key: string) {
    const held = cache.get(key)
    return held !== undefined && now() < held.until ? held : undefined
  }

  /** The newest that this process or another one has read. */
  async function look (key: string) {
    const found = await shared.get(key)
    const held = find(key)
    return found !== undefined && found.fetchedAt > (held?.fetchedAt ?? -Infinity) ? hold(key, found) : held
  }

  async function readHere (key: string, freshness: Freshness, read: Read<V>): Promise<CachedValue<V>> {
    const fetchedAt = now()
    try {
      const { value, whole, until } = await read(find(key)?.value)
      if (whole && freshness.ttl > 0) {
        const held = hold(key, { value, fetchedAt }, until)
        // What is shared has no such day.
        if (until === undefined) shared.set(key, held)
      }
      return { value, fetchedAt }
    } catch (err) {
      const held = find(key)
      if (!(err instanceof UpstreamError)) {
        cache.delete(key)
        // While the lease is ours: who has it next does not find what is gone.
        if (freshness.ttl > 0) shared.drop(key)
      } else if (held !== undefined && serves(held, freshness)) {
        Object.assign(held, { failedAt: now(), failure: err })
        onBackgroundError(err)
      }
      throw err
    }
  }

  async function readNow (key: string, freshness: Freshness, read: Read<V>) {
    const { found, done } = freshness.ttl > 0 ? await takeTurn(() => shared.lease(key), () => look(key), find(key)) : {}
    return found ?? await readHere(key, freshness, read).finally(done)
  }

  async function give (state: CacheStatus, dated: CachedValue<V> | Promise<CachedValue<V>>): Promise<Given<V>> {
    counts[state]++
    const { value, fetchedAt, failure } = await dated
    return { value, fetchedAt, state, ...(failure !== undefined && { failure }) }
  }

  return {
    async get (key, freshness, read) {
      const { ttl, grace } = freshness
      const here = find(key)
      const held = ttl === 0 || reading.has(key) || (here !== undefined && rests(here, freshness)) ? here : await join(looking, key, () => look(key))
      if (held !== undefined && rests(held, freshness)) return await give(ageOf(held) < ttl ? 'hit' : 'stale', held)
      const again = join(reading, key, () => readNow(key, freshness, read))
      if (held !== undefined && (ageOf(held) < ttl + grace || (failedWithin(held, doubt) && ageOf(held) < staleLimit))) {
        // That has been told to the clock, or the next caller meets it.
        again.catch(() => {})
        return await give('stale', held)
      }
      if (held === undefined || ageOf(held) >= staleLimit) return await give('miss', again)
      return await again.then((read) => give('miss', read), (failure) =>
        failure instanceof UpstreamError ? give('stale', { ...held, failure }) : give('miss', Promise.reject(failure)))
    },
    fresh (key, ttl) {
      const held = find(key)
      if (held === undefined || ageOf(held) >= ttl) return undefined
      counts.hit++
      return held
    },
    counts: () => ({ ...counts, entries: cache.size, bytes: cache.calculatedSize })
  }
}

/** Does something once for all who ask for a key while it is under way. */
function join<T> (underWay: Map<string, Promise<T>>, key: string, work: () => Promise<T>) {
  let promise = underWay.get(key)
  if (promise === undefined) {
    promise = work().finally(() => underWay.delete(key))
    underWay.set(key, promise)
  }
  return promise
}
