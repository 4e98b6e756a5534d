import { setTimeout as sleep } from 'node:timers/promises'
import type { CachedValue } from './cache.js'

/**
 * Where processes share what they keep. It never fails, nor takes long: where it cannot be asked it has nothing, and no one else reads.
 * What one caller does to a key is done in the order of its calls.
 */
export interface Shared<V> {
  get (key: string): Promise<CachedValue<V> | undefined>
  set (key: string, dated: CachedValue<V>): void
  /** Ends what there is, whoever has read it. */
  drop (key: string): void
  /** Takes a key's next read on, for as long as this process lives. Gives what ends that; `undefined` where another process has it. */
  lease (key: string): Promise<(() => void) | undefined>
}

export const unshared: Shared<never> = { get: async () => undefined, set () {}, drop () {}, lease: async () => () => {} }

/** Milliseconds until another process's read is asked after, each time half as long again: 5 s in all, and then we read too. */
const firstWait = 20
const lastWait = 2_000

/**
 * Waits for what another process reads, if one does: anything newer than what was here `before`. Where nothing is `found` so, the read is
 * ours, until it is `done`.
 */
export async function takeTurn<Found> (
  lease: () => Promise<(() => void) | undefined>,
  look: () => Promise<Found | undefined>,
  before: Found | undefined,
  wait = firstWait
): Promise<{ found?: Found, done?: () => void }> {
  // In this order: whose turn it has become sees what the one before him has read.
  const [done, found] = await Promise.all([lease(), look()])
  if (found !== undefined && found !== before) {
    done?.()
    return { found }
  }
  if (done !== undefined || wait > lastWait) return { done }
  await sleep(wait)
  return await takeTurn(lease, look, before, wait * 1.5)
}
