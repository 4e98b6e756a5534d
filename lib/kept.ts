import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Clock } from './keep.js'
import { begin, waitFor } from './waits.js'

/** A value and when it was read, in unix milliseconds. */
export interface Dated<V> {
  value: V
  readAt: number
  /** Why it could not be read again, where it stands in for a read that failed. */
  failure?: unknown
}

/** How a value was come by: it was fresh; it no longer was, and was given out all the same; or a read was waited for. */
export type CacheState = 'hit' | 'stale' | 'miss'

export interface Given<V> extends Dated<V> {
  state: CacheState
}

/** How often values were come by in each way so far, and how much is kept. */
export interface CacheCounts extends Record<CacheState, number> {
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
 * nothing, however fresh it is, and stands in for nothing.
 */
export type Read<V> = () => Promise<{ value: V, whole: boolean, until?: number }>

export interface Kept<V> {
  /** What is kept, or what is read. */
  get: (key: string, freshness: Freshness, read: Read<V>) => Promise<Given<V>>
  /** What is kept here and less than `ttl` milliseconds old. */
  fresh: (key: string, ttl: number) => Dated<V> | undefined
  counts: () => CacheCounts
}

/**
 * Where processes share what they keep. It never fails, nor takes long: where it cannot be asked it has nothing, and no one else reads.
 * What one caller does to a key is done in the order of its calls.
 */
export interface Shared<V> {
  get (key: string): Promise<Dated<V> | undefined>
  set (key: string, dated: Dated<V>): void
  /** Takes a key's next read on, for some seconds at the most. Gives what ends that; `undefined` where another process has it. */
  lease (key: string): Promise<(() => void) | undefined>
}

const unshared: Shared<never> = { get: async () => undefined, set () {}, lease: async () => () => {} }

/** Milliseconds between a read that failed and the next try, where a kept value stands in. */
const pause = 1_000

/** Milliseconds until another process's read is asked after, each time half as long again: 5 s in all, and then we read too. */
const firstWait = 20
const lastWait = 2_000

interface Held<V> extends Dated<V> {
  notBefore: number
  until: number
}

/**
 * Keeps what is read, by key; the longest unused goes first. Who asks for a key that is being read waits for that read, and no one
 * who gives up ends it. Where a read fails, a kept value stands in, and the failure is told to the clock. What is read in part is given,
 * and not kept.
 * What is `shared` counts like what is kept here, and a key that another process reads is waited for in the same way.
 */
export function createKept<V extends object> (
  { bytes, sizeOf, staleLimit }: Limits<V>,
  { now, failed }: Clock,
  shared: Shared<V> = unshared
): Kept<V> {
  const cache = new LRUCache<string, Held<V>>({
    maxSize: bytes,
    sizeCalculation: ({ value }, key) => sizeOf(value) + key.length
  })
  const looking = new Map<string, Promise<Held<V> | undefined>>()
  const reading = new Map<string, Promise<Dated<V>>>()
  const counts = { hit: 0, stale: 0, miss: 0 }
  // A clock that is set back must not keep a value young until it has caught up.
  const ageOf = ({ readAt }: Dated<V>) => Math.abs(now() - readAt)
  const rests = (held: Held<V>, ttl: number) => ageOf(held) < staleLimit && (ageOf(held) < ttl || now() < held.notBefore)

  function hold (key: string, { value, readAt }: Dated<V>, until = Infinity) {
    const held = { value, readAt, notBefore: 0, until }
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
    return found !== undefined && found.readAt > (held?.readAt ?? -Infinity) ? hold(key, found) : held
  }

  /**
   * Waits for what another process reads, if one does: anything newer than what was here `before`. Where nothing is `found` so, the read is
   * ours, until it is `done`.
   */
  async function takeTurn (key: string, before: Held<V> | undefined, wait: number): Promise<{ found?: Dated<V>, done?: () => void }> {
    // In this order: whose turn it has become sees what the one before him has read.
    const [done, found] = await Promise.all([shared.lease(key), look(key)])
    if (found !== undefined && found !== before) {
      done?.()
      return { found }
    }
    if (done !== undefined || wait > lastWait) return { done }
    await sleep(wait)
    return await takeTurn(key, before, wait * 1.5)
  }

  async function readHere (key: string, ttl: number, read: Read<V>): Promise<Dated<V>> {
    const readAt = now()
    try {
      const { value, whole, until } = await read()
      if (whole && ttl > 0) {
        const held = hold(key, { value, readAt }, until)
        // What is shared has no such day.
        if (until === undefined) shared.set(key, held)
      }
      return { value, readAt }
    } catch (err) {
      const held = find(key)
      if (held !== undefined && ageOf(held) < staleLimit) {
        held.notBefore = now() + pause
        failed(err)
      }
      throw err
    }
  }

  async function readNow (key: string, ttl: number, read: Read<V>) {
    const { found, done } = ttl > 0 ? await takeTurn(key, find(key), firstWait) : {}
    return found ?? await readHere(key, ttl, read).finally(done)
  }

  async function give (state: CacheState, dated: Dated<V> | Promise<Dated<V>>): Promise<Given<V>> {
    counts[state]++
    const { value, readAt, failure } = await dated
    return { value, readAt, state, ...(failure !== undefined && { failure }) }
  }

  return {
    async get (key, { ttl, grace }, read) {
      const here = find(key)
      const held = ttl === 0 || reading.has(key) || (here !== undefined && rests(here, ttl)) ? here : await join(looking, key, () => look(key))
      if (held !== undefined && rests(held, ttl)) return await give(ageOf(held) < ttl ? 'hit' : 'stale', held)
      const again = join(reading, key, () => readNow(key, ttl, read))
      if (held === undefined || ageOf(held) >= staleLimit) return await give('miss', waitFor(again))
      if (ageOf(held) < ttl + grace) {
        // That has been told to the clock.
        again.catch(() => {})
        return await give('stale', held)
      }
      return await waitFor(again).then((read) => give('miss', read), (failure) => give('stale', { ...held, failure }))
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
    promise = begin(() => work().finally(() => underWay.delete(key)))
    underWay.set(key, promise)
  }
  return promise
}
