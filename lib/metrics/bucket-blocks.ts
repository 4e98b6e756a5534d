import { LRUCache } from 'lru-cache'
import type { CacheStats } from '#lib/cache/cache.js'
import type { Window } from '#lib/time-range.js'
import type { Bucket } from './store.js'

/** Consecutive buckets of a series, from a multiple of `blockSize` on. */
interface Block {
  /** 1 where the bucket is cached. */
  known: Uint8Array
  /** NaN where a cached bucket has no data. */
  usages: Float64Array
}

/**
 * Buckets of a block: a week of 5 minutes is in 8 or 9 blocks, a chart of a few buckets in one or two.
 */
const blockSize = 256

/** Bytes of a block: 9 a bucket, and about 1,400 around them, as measured on Node.js 20. */
export const blockBytes = blockSize * 9 + 1_400

/**
 * Milliseconds for which a block is cached, from its first bucket on. Data that changes after it should have
 * settled (samples that were queued through an outage, samples that were deleted) is therefore wrong for an
 * hour at most.
 */
export const blockTtlMs = 3_600_000

/** The cached part of a series in a window. */
export interface CachedBuckets {
  /** The buckets with data, ascending. */
  buckets: Bucket[]
  /** The starts of the buckets that are not cached, ascending. */
  missing: number[]
}

/** Values of buckets, by the series' key and the bucket's width. */
export interface BucketBlocks {
  read (series: string, window: Window): CachedBuckets
  /** Stores each bucket of a window; those that are not among `buckets` have no data. */
  write (series: string, window: Window, buckets: Bucket[]): void
  clear (): void
  /** Buckets that were looked up, by whether they were cached; and the number and bytes of blocks. */
  stats (): CacheStats
}

/**
 * A cache of blocks, bounded by bytes; the least recently used block is evicted first.
 * @param now the clock, in unix milliseconds
 */
export function createBucketBlocks (maxBytes: number, now: () => number): BucketBlocks {
  const blocks = new LRUCache<string, Block>({
    maxSize: maxBytes,
    sizeCalculation: () => blockBytes,
    ttl: blockTtlMs,
    ttlResolution: 0,
    perf: { now }
  })

  const counts = { hit: 0, stale: 0, miss: 0 }

  function add (key: string) {
    const block = { known: new Uint8Array(blockSize), usages: new Float64Array(blockSize) }
    blocks.set(key, block)
    return block
  }

  return {
    read (series, window) {
      const cached: CachedBuckets = { buckets: [], missing: [] }
      for (const { key, from, to, first } of partsOf(series, window)) {
        const block = blocks.get(key)
        for (let i = from; i < to; i++) {
          const time = (first + i) * window.step
          const usage = block?.known[i] ? block.usages[i]! : undefined
          if (usage === undefined) cached.missing.push(time)
          else if (!Number.isNaN(usage)) cached.buckets.push({ time, usage })
        }
      }
      counts.miss += cached.missing.length
      counts.hit += (window.end - window.start) / window.step - cached.missing.length
      return cached
    },

    write (series, window, buckets) {
      if (window.end <= window.start) return
      const usages = new Map(buckets.map(({ time, usage }) => [time, usage]))
      for (const { key, from, to, first } of partsOf(series, window)) {
        const block = blocks.get(key) ?? add(key)
        block.known.fill(1, from, to)
        for (let i = from; i < to; i++) block.usages[i] = usages.get((first + i) * window.step) ?? NaN
      }
    },

    clear: () => blocks.clear(),

    stats: () => ({ ...counts, entries: blocks.size, bytes: blocks.calculatedSize })
  }
}

/**
 * The blocks that a window lies in: of each the key, the number of its first bucket since 1970, and the
 * window's indexes in it, `[from, to)`.
 */
function partsOf (series: string, { start, end, step }: Window) {
  const parts = []
  for (let first = Math.floor(start / step / blockSize) * blockSize; first < end / step; first += blockSize) {
    parts.push({
      key: `${series} ${step} ${first}`,
      first,
      from: Math.max(start / step - first, 0),
      to: Math.min(end / step - first, blockSize)
    })
  }
  return parts
}
