import { LRUCache } from 'lru-cache'
import type { Bucket } from './store.js'
import type { CacheStats } from '#lib/cache/cache.js'
import type { Window } from '#lib/time-range.js'

/** Buckets of a series one after the other, from a multiple of `size` on: `known` is 1 where one is kept, `usages` NaN where it is without data. */
interface Block {
  known: Uint8Array
  usages: Float64Array
}

/** Buckets in a block: a week of 5 minutes is in 8 or 9, and a chart of a few buckets takes no more than one or two. */
const size = 256

/** What a block takes, in bytes: 9 a bucket, and about 1,400 that Node.js 20 was measured to need around them. */
export const blockBytes = size * 9 + 1_400

/**
 * Milliseconds that a block is kept, from its first bucket on. What changes later than it should (points that waited in a queue through
 * an outage, points that were deleted) is so answered wrongly for an hour at most, and a chart is read whole once in an hour at most.
 */
export const blockTtlMs = 3_600_000

/** What is kept of a series in a window: the buckets that have data, ascending, and the starts of those that are not kept, ascending. */
export interface CachedBuckets {
  buckets: Bucket[]
  missing: number[]
}

/** Values of buckets, by the series' name and the bucket's width. */
export interface BucketBlocks {
  read (series: string, window: Window): CachedBuckets
  /** Keeps each bucket of a window: those that are not among `buckets` as without data. */
  write (series: string, window: Window, buckets: Bucket[]): void
  /** Forgets all of it. */
  clear (): void
  /** Of the buckets that were looked for, how many were there; and how many blocks are kept. */
  stats (): CacheStats
}

/** Keeps so many bytes of blocks, least recently used ones going first, and none beyond its lifetime; `now` is in unix milliseconds. */
export function createBucketBlocks (bytes: number, now: () => number): BucketBlocks {
  const blocks = new LRUCache<string, Block>({
    maxSize: bytes,
    sizeCalculation: () => blockBytes,
    ttl: blockTtlMs,
    ttlResolution: 0,
    perf: { now }
  })

  const counts = { hit: 0, stale: 0, miss: 0 }

  function add (key: string) {
    const block = { known: new Uint8Array(size), usages: new Float64Array(size) }
    blocks.set(key, block)
    return block
  }

  return {
    read (series, window) {
      const kept: CachedBuckets = { buckets: [], missing: [] }
      for (const { key, from, to, first } of partsOf(series, window)) {
        const block = blocks.get(key)
        for (let i = from; i < to; i++) {
          const time = (first + i) * window.step
          const usage = block?.known[i] ? block.usages[i]! : undefined
          if (usage === undefined) kept.missing.push(time)
          else if (!Number.isNaN(usage)) kept.buckets.push({ time, usage })
        }
      }
      counts.miss += kept.missing.length
      counts.hit += (window.end - window.start) / window.step - kept.missing.length
      return kept
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

/** The blocks that a window lies in: of each its key, the number of its first bucket since 1970, and the window's places in it, `[from, to)`. */
function partsOf (series: string, { start, end, step }: Window) {
  const parts = []
  for (let first = Math.floor(start / step / size) * size; first < end / step; first += size) {
    parts.push({
      key: `${series} ${step} ${first}`,
      first,
      from: Math.max(start / step - first, 0),
      to: Math.min(end / step - first, size)
    })
  }
  return parts
}
