import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { LRUCache } from 'lru-cache'
import type { Codec } from '#lib/cache/codec.js'
import type { SharedStore } from '#lib/cache/shared-store.js'
import { isReady } from './connection.js'
import type { Connection } from './connection.js'
import { seal, unseal } from './sealed-value.js'

export interface RedisStoreOptions<V> {
  /** The beginning of all keys. */
  prefix: string
  codec: Codec<V>
  /**
   * Bytes that this process's values may occupy in Redis: it deletes the oldest of them. No bound unless
   * given.
   */
  maxBytes?: number
  /** The clock, in unix milliseconds. */
  now: () => number
  /** Called with the error of each failed command. */
  onError: (err: Error) => void
}

/** Bytes of the largest value that is shared: the summary of 15,000 projects. */
const maxValueBytes = 8 * 1024 * 1024

/**
 * Bytes of the largest value that is stored for stale-if-error too: the summary of 1,000 projects. A larger
 * one expires when no process would serve it while the upstreams respond.
 */
const maxStaleBytes = 512 * 1024

/**
 * Milliseconds after which the lock of a process that died is free. A process that still fetches renews it
 * three times as often.
 */
const lockTtlMs = 2_000

/**
 * Milliseconds for which a lock stays open to all processes after its holder shared nothing. They would queue
 * for it, each of them in vain.
 */
const openLockMs = 10_000
const openLock = 'open'

/**
 * Milliseconds that another process's clock may be ahead. Its values count as fetched now; later ones are a
 * miss.
 */
const maxClockSkewMs = 1_000

/**
 * A shared store in Redis: a value under one key, and beside it, in the same slot of a cluster, its read
 * lock.
 */
export function createRedisStore<V> (
  redis: Connection, { prefix, codec, maxBytes, now, onError }: RedisStoreOptions<V>
): SharedStore<V> {
  const redisKey = (key: string) => `${prefix}:{${createHash('sha256').update(key).digest('base64url')}}`

  /** The bytes of this process's values, by key, where they have a bound. */
  const written = maxBytes && new LRUCache<string, number>({
    maxSize: maxBytes,
    sizeCalculation: (bytes) => bytes,
    dispose (bytes, redisKey, reason) {
      if (reason === 'evict') attempt(() => redis.del(redisKey))
    }
  })

  /** A command's reply; `undefined` where Redis is unavailable, or rejects the command. */
  async function attempt<T> (command: () => Promise<T>) {
    try {
      return isReady(redis) ? await command() : undefined
    } catch (err) {
      onError(err as Error)
      return undefined
    }
  }

  return {
    async get (key) {
      const sealed = await attempt(() => redis.getrangeBuffer(redisKey(key), 0, maxValueBytes))
      const found = sealed && unseal(sealed)
      if (!found || !(found.fetchedAt <= now() + maxClockSkewMs)) return undefined
      const value = codec.decode(found.bytes)
      return value && { value, fetchedAt: Math.min(found.fetchedAt, now()) }
    },

    set (key, { value, fetchedAt }, { current, staleIfError }) {
      const sealed = seal(fetchedAt, codec.encode(value))
      const life = sealed.length <= maxStaleBytes ? Math.max(current, staleIfError) : current
      const ttl = Math.floor(life - (now() - fetchedAt))
      if (ttl <= 0 || sealed.length > maxValueBytes) return false
      attempt(() => redis.set(redisKey(key), sealed, 'PX', ttl))
      if (written) written.set(redisKey(key), sealed.length, { ttl })
      return true
    },

    delete (key) {
      if (written) written.delete(redisKey(key))
      attempt(() => redis.del(redisKey(key)))
    },

    async lock (key) {
      const lockKey = `${redisKey(key)}:lock`
      const start = performance.now()
      const reply = await attempt(() => redis.set(lockKey, '', 'PX', lockTtlMs, 'NX'))
      if (reply === null) {
        return await attempt(() => redis.get(lockKey)) === openLock ? () => {} : undefined
      }
      if (reply === undefined) return () => {}
      let expiresAt = start + lockTtlMs
      const renewal = setInterval(async () => {
        const renewedAt = performance.now()
        if (renewedAt < expiresAt && await attempt(() => redis.pexpire(lockKey, lockTtlMs)) === 1) {
          expiresAt = renewedAt + lockTtlMs
        }
      }, lockTtlMs / 3).unref()
      return (shared) => {
        clearInterval(renewal)
        // An expired lock may be another process's by now.
        if (performance.now() >= expiresAt) return
        if (shared) attempt(() => redis.del(lockKey))
        else attempt(() => redis.set(lockKey, openLock, 'PX', openLockMs))
      }
    }
  }
}
