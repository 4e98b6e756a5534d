import { LRUCache } from 'lru-cache'
import type { CacheStats } from '#lib/cache/cache.js'
import type { Window } from '#lib/time-range.js'
import { columnJson, extendJson, jsonBytes, sliceJson } from './bucket-json.js'
import type { BlockJson } from './bucket-json.js'
import { emptyColumn, indexOf } from './columns.js'
import type { Column } from './columns.js'

/** Consecutive buckets of a series, from a multiple of `blockSize` on. */
interface Block {
  /** 1 where the bucket is settled and cached. */
  known: Uint8Array
  /** NaN where a bucket has no data. */
  usages: Float64Array
  /** The buckets that are not settled and were read last: the indexes `[from, to)`, and when they were. */
  tail?: { from: number, to: number, at: number }
  /** The JSON of those buckets that were asked for as JSON. */
  json?: BlockJson
}

/**
 * Buckets of a block: a week of 5 minutes is in 16 or 17 blocks, an hour by the minute in one or two.
 */
const blockSize = 128

/** Bytes of a block without JSON: 9 a bucket, and about 1,400 around them, as measured on Node.js 20. */
export const blockBytes = blockSize * 9 + 1_400

/**
 * Milliseconds for which a block is cached, from its first bucket on. Data that changes after it should have
 * settled (samples that were queued through an outage, samples that were deleted) is therefore wrong for an
 * hour at most.
 */
export const blockTtlMs = 3_600_000

/** The cached part of a series in a window. */
export interface CachedBuckets {
  /** A copy, for the caller to complete. */
  column: Column
  /** The starts of the buckets that are not cached, ascending. */
  missing: number[]
  /** The start of the first bucket that is not settled and cached, or the window's end. */
  settledEnd: number
}

/** Values of buckets, by the series' key and the bucket's width. */
export interface BucketBlocks {
  read (series: string, window: Window): CachedBuckets
  /** The JSON of the buckets of a window, in parts. All are settled, with the values of this column. */
  json (series: string, window: Window, column: Column): Buffer[]
  /**
   * Stores the buckets of a window, which the column has.
   * @param settledEnd the start of the first bucket that may change
   * @param at when they were read, in unix milliseconds
   */
  write (series: string, window: Window, column: Column, settledEnd: number, at: number): void
  clear (): void
  /** Buckets that were looked up, by whether they were cached; and the number and bytes of blocks. */
  stats (): CacheStats
}

export interface BlockOptions {
  /** The least recently used block is evicted first. */
  maxBytes: number
  /** Milliseconds for which buckets that are not settled are cached. */
  tailTtl: number
  /** The clock, in unix milliseconds. */
  now: () => number
}

/** A cache of blocks. */
export function createBucketBlocks ({ maxBytes, tailTtl, now }: BlockOptions): BucketBlocks {
  const blocks = new LRUCache<string, Block>({
    maxSize: maxBytes,
    sizeCalculation: ({ json }) => blockBytes + jsonBytes(json),
    ttl: blockTtlMs,
    ttlResolution: 0,
    perf: { now },
    // From its first bucket on, not from its last one.
    noUpdateTTL: true
  })

  const counts = { hit: 0, stale: 0, miss: 0 }

  /** Whether these buckets were read of late, and together: they are read again together too. */
  function isInTail (block: Block | undefined, first: number, last: number) {
    const { tail } = block ?? {}
    return tail !== undefined && Math.abs(now() - tail.at) < tailTtl &&
      first >= tail.from && last < tail.to
  }

  /** Caches a block with this JSON: as another object, so that its size is calculated again. */
  function withJson (key: string, block: Block, json: BlockJson | undefined) {
    const changed = { ...block, json }
    blocks.set(key, changed)
    return changed
  }

  /** @returns the block as it is cached from now on */
  function writeSettled (key: string, block: Block, from: number, values: Column) {
    block.known.fill(1, from, from + values.length)
    block.usages.set(values, from)
    const isJsonOld = block.json !== undefined && from < block.json.to
    return isJsonOld ? withJson(key, block, undefined) : block
  }

  /** Of two reads the one that was sent later knows better, and what is settled is known best. */
  function writeTail (block: Block, tail: NonNullable<Block['tail']>, values: Column) {
    if (block.tail !== undefined && block.tail.at > tail.at) return
    block.tail = tail
    for (let i = tail.from; i < tail.to; i++) {
      if (block.known[i] === 0) block.usages[i] = values[i - tail.from]!
    }
  }

  function add (key: string) {
    const block: Block = {
      known: new Uint8Array(blockSize), usages: new Float64Array(blockSize).fill(NaN)
    }
    blocks.set(key, block)
    return block
  }

  return {
    read (series, window) {
      const column = emptyColumn(window)
      const missing: number[] = []
      let settledEnd = window.end
      for (const { key, from, to, start } of partsOf(series, window)) {
        const block = blocks.get(key)
        if (block !== undefined) column.set(block.usages.subarray(from, to), indexOf(window, start))
        const unsettled: number[] = []
        for (let i = from; i < to; i++) if (block?.known[i] !== 1) unsettled.push(i)
        if (unsettled.length === 0) continue
        const [first, last] = [unsettled[0]!, unsettled.at(-1)!]
        const timeOf = (i: number) => start + (i - from) * window.step
        settledEnd = Math.min(settledEnd, timeOf(first))
        if (!isInTail(block, first, last)) missing.push(...unsettled.map(timeOf))
      }
      counts.miss += missing.length
      counts.hit += column.length - missing.length
      return { column, missing, settledEnd }
    },

    json (series, window, column) {
      const { step } = window
      return partsOf(series, window).map(({ key, from, to, start }) => {
        const block = blocks.get(key)
        // The JSON of another part may have evicted it.
        const part = { start, end: start + (to - from) * step, step }
        if (block === undefined) return columnJson(column, window, part)
        const json = extendJson(block.json, block.usages, { first: start - from * step, from, to, step })
        if (json !== block.json) withJson(key, block, json)
        return sliceJson(json, from, to)
      })
    },

    write (series, window, column, settledEnd, at) {
      const { step } = window
      const end = tailTtl > 0 ? window.end : Math.min(window.end, settledEnd)
      for (const { key, from, to, start } of partsOf(series, { ...window, end })) {
        let block = blocks.get(key) ?? add(key)
        const values = column.subarray(indexOf(window, start), indexOf(window, start) + to - from)
        const settled = Math.min(Math.max((settledEnd - start) / step, 0), to - from)
        if (settled > 0) block = writeSettled(key, block, from, values.subarray(0, settled))
        if (settled < to - from) writeTail(block, { from: from + settled, to, at }, values.subarray(settled))
      }
    },

    clear: () => blocks.clear(),

    stats: () => ({ ...counts, entries: blocks.size, bytes: blocks.calculatedSize })
  }
}

/**
 * The blocks that a window lies in: of each the key, the window's indexes in it, `[from, to)`, and the start
 * of the first bucket of both.
 */
function partsOf (series: string, { start, end, step }: Window) {
  const parts = []
  for (let first = Math.floor(start / step / blockSize) * blockSize; first < end / step; first += blockSize) {
    const from = Math.max(start / step - first, 0)
    const to = Math.min(end / step - first, blockSize)
    if (from < to) parts.push({ key: `${series} ${step} ${first}`, from, to, start: (first + from) * step })
  }
  return parts
}
