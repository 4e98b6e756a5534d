import type { Window } from '#lib/time-range.js'
import { indexOf } from './columns.js'
import type { Column } from './columns.js'

/** The JSON of consecutive buckets of a block. */
export interface BlockJson {
  /** The indexes of the buckets in the block, `[from, to)`. */
  from: number
  to: number
  bytes: Buffer
  /** The position of each bucket in the bytes, and the end of the last one. */
  offsets: Uint32Array
}

/**
 * The buckets of a window that have a value, as `Bucket`, each with a comma before it: parts of a series can
 * then be put together.
 * @param onBucket called with the length of the text before each bucket, in characters, which are bytes
 */
export function bucketsJson (column: Column, { start, step }: Window, onBucket?: (length: number) => void) {
  let text = ''
  for (let i = 0; i < column.length; i++) {
    onBucket?.(text.length)
    const usage = column[i]!
    if (!Number.isNaN(usage)) text += `,{"time":${start + i * step},"usage":${usage}}`
  }
  return text
}

/** The same of a part of a column's window, as bytes. */
export const columnJson = (column: Column, window: Window, part: Window) => Buffer.from(
  bucketsJson(column.subarray(indexOf(window, part.start), indexOf(window, part.end)), part), 'latin1'
)

/**
 * The JSON of a block with the buckets `[from, to)` in it. JSON that they follow is extended, other JSON is
 * replaced.
 * @param usages the block's
 * @param first the start of the block's first bucket, in unix seconds
 */
export function extendJson (
  json: BlockJson | undefined, usages: Column, { first, from, to, step }:
  { first: number, from: number, to: number, step: number }
): BlockJson {
  const stored = json !== undefined && json.from <= from && json.to >= from ? json : emptyJson(from)
  if (stored.to >= to) return stored
  const offsets = new Uint32Array(to - stored.from + 1)
  offsets.set(stored.offsets)
  let next = stored.to - stored.from
  const window = { start: first + stored.to * step, end: first + to * step, step }
  const text = bucketsJson(usages.subarray(stored.to, to), window, (length) => {
    offsets[next++] = stored.bytes.length + length
  })
  // Not from the pool, of which a small part that is cached would keep the rest.
  const bytes = Buffer.allocUnsafeSlow(stored.bytes.length + text.length)
  stored.bytes.copy(bytes)
  bytes.write(text, stored.bytes.length, 'latin1')
  offsets[next] = bytes.length
  return { from: stored.from, to, bytes, offsets }
}

const emptyJson = (from: number): BlockJson =>
  ({ from, to: from, bytes: Buffer.alloc(0), offsets: new Uint32Array(1) })

/** The bytes of the buckets `[from, to)`, which are in the JSON. */
export const sliceJson = ({ from: first, bytes, offsets }: BlockJson, from: number, to: number) =>
  bytes.subarray(offsets[from - first], offsets[to - first])

/** The bytes that a JSON occupies, with the objects around it. */
export const jsonBytes = (json: BlockJson | undefined) =>
  json === undefined ? 0 : json.bytes.length + json.offsets.byteLength + 500
