import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { SharedStore } from '#lib/cache/shared-store.js'
import type { Codec } from '#lib/cache/codec.js'
import { isReady } from './connection.js'
import type { Connection } from './connection.js'
import { seal, unseal } from './sealed-value.js'

export interface SharedOptions<V> {
  /** What all keys begin with. */
  prefix: string
  codec: Codec<V>
  /** Milliseconds that a value is of use, from when it was read. */
  staleLimit: number
  /** The clock, in unix milliseconds. */
  now: () => number
  /** Told of each command that fails. */
  failed: (err: Error) => void
}

/** Larger values are not shared: bytes. A summary of 15,000 projects has as many. */
const largest = 8 * 1024 * 1024

/** Milliseconds that a read is left to a process of which no more is heard: it may have died. One that reads on says so three times as often. */
const leaseFor = 2_000

/** Milliseconds that another process's clock may be ahead of ours. What it has read counts as read now; what is from later still is a miss. */
const skew = 1_000

/** What is kept, shared over Redis: a value under one key, and beside it, in the same slot of a cluster, the lease of its next read. */
export function createRedisStore<V> (redis: Connection, { prefix, codec, staleLimit, now, failed }: SharedOptions<V>): SharedStore<V> {
  const placeOf = (key: string) => `${prefix}:{${createHash('sha256').update(key).digest('base64url')}}`

  /** What a command answers; `undefined` where Redis is not there, or refuses it. */
  async function ask<T> (command: () => Promise<T>) {
    try {
      return isReady(redis) ? await command() : undefined
    } catch (err) {
      failed(err as Error)
      return undefined
    }
  }

  return {
    async get (key) {
      const sealed = await ask(() => redis.getrangeBuffer(placeOf(key), 0, largest))
      const found = sealed && unseal(sealed)
      if (!found || !(found.fetchedAt <= now() + skew)) return undefined
      const value = codec.decode(found.bytes)
      return value && { value, fetchedAt: Math.min(found.fetchedAt, now()) }
    },

    set (key, { value, fetchedAt }) {
      const life = Math.floor(staleLimit - (now() - fetchedAt))
      const sealed = seal(fetchedAt, codec.encode(value))
      if (life > 0 && sealed.length <= largest) ask(() => redis.set(placeOf(key), sealed, 'PX', life))
    },

    delete (key) {
      ask(() => redis.del(placeOf(key)))
    },

    async lock (key) {
      const place = `${placeOf(key)}:lock`
      const from = performance.now()
      const given = await ask(() => redis.set(place, '', 'PX', leaseFor, 'NX'))
      if (given === null) return undefined
      if (given === undefined) return () => {}
      let until = from + leaseFor
      const renewal = setInterval(async () => {
        const renewed = performance.now()
        if (renewed < until && await ask(() => redis.pexpire(place, leaseFor)) === 1) until = renewed + leaseFor
      }, leaseFor / 3).unref()
      return () => {
        clearInterval(renewal)
        // One that has run out may be another process's by now.
        if (performance.now() < until) ask(() => redis.del(place))
      }
    }
  }
}
