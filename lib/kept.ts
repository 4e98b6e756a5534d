import { LRUCache } from 'lru-cache'
import type { Clock } from './keep.js'

/** A value and when it was read, in unix milliseconds. */
export interface Dated<V> {
  value: V
  readAt: number
  /** Why it could not be read again, where it stands in for a read that failed. */
  failure?: unknown
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

/** Reads a value, and says whether it is worth keeping: what lacks something is not. */
export type Read<V> = () => Promise<{ value: V, whole: boolean }>

export type Kept<V> = (key: string, freshness: Freshness, read: Read<V>) => Promise<Dated<V>>

/** Milliseconds between a read that failed and the next try, where a kept value stands in. */
const pause = 1_000

/**
 * Keeps what is read, by key; the longest unused goes first. Who asks for a key that is being read waits for that read, and no one
 * who gives up ends it. Where a read fails, or finds less than the whole, a kept value stands in, and the failure is told to the clock.
 */
export function createKept<V extends object> ({ bytes, sizeOf, staleLimit }: Limits<V>, { now, failed }: Clock): Kept<V> {
  const cache = new LRUCache<string, Dated<V> & { notBefore: number }>({
    maxSize: bytes,
    sizeCalculation: ({ value }, key) => sizeOf(value) + key.length
  })
  const reading = new Map<string, Promise<Dated<V>>>()

  async function readNow (key: string, ttl: number, read: Read<V>) {
    const readAt = now()
    const { value, whole } = await read()
    if (whole && ttl > 0) cache.set(key, { value, readAt, notBefore: 0 })
    return { value, readAt }
  }

  function readOnce (key: string, ttl: number, read: Read<V>) {
    let promise = reading.get(key)
    if (promise === undefined) {
      promise = readNow(key, ttl, read).finally(() => reading.delete(key))
      reading.set(key, promise)
    }
    return promise
  }

  return (key, { ttl, grace }, read) => {
    const held = cache.get(key)
    const age = held === undefined ? Infinity : now() - held.readAt
    if (held === undefined || age >= staleLimit) return readOnce(key, ttl, read)
    if (age < ttl || now() < held.notBefore) return Promise.resolve(held)
    const again = readOnce(key, ttl, read).catch((err) => {
      held.notBefore = now() + pause
      failed(err)
      return { value: held.value, readAt: held.readAt, failure: err }
    })
    return age < ttl + grace ? Promise.resolve(held) : again
  }
}
