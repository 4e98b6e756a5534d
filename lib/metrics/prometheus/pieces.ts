import { UpstreamError } from '#lib/errors.js'
import { groupBy, seriesKey } from '#lib/metrics/samples.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
import { QueryRejected } from './errors.js'
import type { PrometheusLimits } from './limits.js'

/** Buckets of a window, and all samples that their values depend on. */
export interface Block<Series> {
  window: Window
  series: Series[]
}

export interface PieceOptions {
  /** Seconds before a bucket whose samples its value depends on. */
  lookback: number
  /** Seconds of the first request. */
  seconds: number
  /** Whether a rejected request is sent in shorter ones. */
  divisible: boolean
}

/** Another way to read buckets than by their samples. */
export interface OtherReader<Series> {
  /** Seconds of a request before each use of it. */
  seconds: number
  /**
   * Reads buckets before a block.
   * @returns the start of the oldest one that it read, in unix seconds; the block's start where it read none;
   * `undefined` where it reads no more
   */
  read: (block: Block<Series>) => Promise<number | undefined>
}

/**
 * Reads the samples of a window in blocks of whole buckets, the newest first, so that one block at a time is
 * in memory. A block that one request cannot return is read in pieces, whose samples are put together.
 * Requests become longer where they return few samples, and shorter where a response is too large: an
 * instance may have no samples for years.
 * @param read reads samples in `[start, end)`, in unix seconds
 * @param other called after each block, until it reads no more
 * @throws UpstreamError where a request fails, or there are too many samples
 */
export async function * readInBlocks<Series extends SampledSeries> (
  read: (start: number, end: number) => Promise<Series[]>,
  { start, end, step }: Window,
  { lookback, seconds, divisible }: PieceOptions,
  limits: PrometheusLimits,
  other?: OtherReader<Series>
): AsyncGenerator<Block<Series>> {
  const longest = seconds * limits.maxGrowth
  const halfOf = (length: number) => Math.max(Math.floor(length / 2), limits.minPieceSeconds)
  let reader = other
  let length = reader?.seconds ?? seconds
  let requests = 0

  async function readPiece (from: number, to: number) {
    try {
      const series = await read(from, to)
      const count = countOf(series)
      if (count === 0) length *= 4
      else if (count < limits.fewSamples) length = Math.max(length, Math.min(length * 4, longest))
      else if (count > limits.manySamples) length = halfOf(length)
      return series
    } catch (err) {
      if (!divisible || !(err instanceof QueryRejected) || to - from <= limits.minPieceSeconds) throw err
      length = halfOf(to - from)
      return undefined
    }
  }

  async function readBlock (from: number, to: number) {
    const pieces: Series[][] = []
    let samples = 0
    for (let last = to; last > from;) {
      if (requests++ >= limits.requests || samples > limits.samples) {
        throw new UpstreamError('metrics', 'invalid', 'has too many samples for this range and groupBy')
      }
      const first = Math.max(from, last - length)
      const piece = await readPiece(first, last)
      if (piece === undefined) continue
      pieces.unshift(piece)
      samples += countOf(piece)
      last = first
    }
    return join(pieces)
  }

  for (let last = end; last > start;) {
    const buckets = Math.max(Math.floor((length - lookback) / step), 1)
    const first = Math.max(start, last - buckets * step)
    const block = {
      window: { start: first, end: last, step }, series: await readBlock(first - lookback, last)
    }
    yield block
    last = first
    if (reader === undefined) continue
    const from = await reader.read(block)
    if (from === undefined) {
      reader = undefined
      length = Math.max(length, seconds)
    } else {
      // Without samples the next request is for a longer time.
      if (block.series.length > 0) length = reader.seconds
      last = from
    }
  }
}

const countOf = (series: SampledSeries[]) => series.reduce((sum, { times }) => sum + times.length, 0)

/** The series of consecutive pieces, each once, with the samples of all of them. */
function join<Series extends SampledSeries> (pieces: Series[][]): Series[] {
  if (pieces.length === 1) return pieces[0]!
  return groupBy(pieces.flat(), ({ labels }) => seriesKey(labels)).map(([, parts]) => ({
    ...parts[0]!,
    times: concat(parts.map(({ times }) => times)),
    values: concat(parts.map(({ values }) => values))
  }))
}

function concat (parts: Float64Array[]) {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let length = 0
  for (const part of parts) {
    whole.set(part, length)
    length += part.length
  }
  return whole
}
