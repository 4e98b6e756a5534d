import { setTimeout as sleep } from 'node:timers/promises'

/** A value, and when it was fetched, in unix milliseconds. */
export interface StoredValue<V> {
  value: V
  fetchedAt: number
}

/** Milliseconds after its fetch for which a process can use a value. */
export interface UsefulLife {
  /** While upstreams respond: it is fresh, or is revalidated. */
  current: number
  /** While its upstream fails, where that is longer. */
  staleIfError: number
}

/**
 * A store in which processes share cached values (L2). It never fails and is never slow: while it cannot be
 * reached it is empty, and every lock is free. Operations of one caller on one key happen in the order of its
 * calls.
 */
export interface SharedStore<V> {
  get (key: string): Promise<StoredValue<V> | undefined>
  /** @returns whether other processes can find the value: a store may refuse it */
  set (key: string, stored: StoredValue<V>, life: UsefulLife): boolean
  delete (key: string): void
  /**
   * Takes the read lock of a key: its holder fetches the value for all processes. It ends with this process.
   * @returns the function that releases it; `undefined` where another process holds it
   */
  lock (key: string): Promise<Release | undefined>
}

/**
 * Releases a read lock. After a fetch that shared nothing, all processes fetch at once for some seconds:
 * waiting for one another would gain nothing.
 */
export type Release = (shared: boolean) => void

/**
 * Milliseconds between two looks for what the lock's holder fetches, each half as long again: 5 s in all,
 * then we fetch.
 */
const firstWaitMs = 20
const lastWaitMs = 2_000

/**
 * Takes the read lock, or waits for the value that its holder fetches.
 * @param lookup returns the newest value known
 * @param before the value known beforehand: anything else counts as the holder's
 * @returns the value `found` that way; otherwise it is this process's to fetch, which it ends with `release`
 */
export async function lockOrWait<Found> (
  lock: () => Promise<Release | undefined>,
  lookup: () => Promise<Found | undefined>,
  before: Found | undefined,
  waitMs = firstWaitMs
): Promise<{ found?: Found, release?: Release }> {
  // The lock first: the next holder sees what the one before has fetched.
  const [release, found] = await Promise.all([lock(), lookup()])
  if (found !== undefined && found !== before) {
    release?.(true)
    return { found }
  }
  if (release !== undefined || waitMs > lastWaitMs) return { release }
  await sleep(waitMs)
  return await lockOrWait(lock, lookup, before, waitMs * 1.5)
}
