import { write, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LogOutput {
  /** Queues a line, which ends with a newline. */
  write: (line: string) => void
  /** How many lines were dropped so far. */
  dropped: () => number
  /** Sets the function that is called when lines are written again after some were dropped. */
  onResumed: (report: (loss: Loss) => void) => void
  /** Waits until all lines are written or dropped; at most so many milliseconds. */
  drain: (timeoutMs: number) => Promise<void>
  /** Writes as much as the output accepts at once, for the end of the process. */
  flushNow: () => void
}

/** Lines that were dropped in a row, and the reason: an error code, or `queue-full`. */
export interface Loss {
  lines: number
  reason: string
}

/** Lines that are written together, and the milliseconds after which fewer are written. */
const maxBatchLines = 128
const flushIntervalMs = 100
/** Milliseconds, at most, that the last log lines may take. */
const maxLastLinesMs = 1_000
/** Milliseconds between two attempts to write the last lines. */
const drainIntervalMs = 10
/**
 * Bytes that a pipe accepts as a whole or not at all (PIPE_BUF): with more, the lines of several processes
 * could mix.
 */
const pipeBufBytes = 4_096
/** Bytes that may wait for a reader that has stopped reading. Later lines are dropped. */
const maxQueuedBytes = 16 * 1024 * 1024

interface Batch {
  bytes: Buffer
  lines: number
}

/** Ends a line whose second half was dropped. */
const lineEnd: Batch = { bytes: Buffer.from('\n'), lines: 0 }
const newline = lineEnd.bytes[0]

/** A part of Node's handle of a pipe, a socket or a terminal. A file has none. */
interface Handle {
  fd: number
  setBlocking (blocking: boolean): void
}

/**
 * Makes writes to stdout or stderr return at once, and their failures harmless: the process neither waits for
 * a reader that has stopped reading, nor ends because of a full disk.
 * @returns the descriptor to write to, and whether it is a file's, whose writes wait for the disk
 */
export function neverBlock (stream: NodeJS.WritableStream) {
  const { _handle: handle, fd } = stream as unknown as { _handle?: Handle, fd: number }
  stream.on('error', () => {})
  handle?.setBlocking(false)
  return { fd: handle?.fd ?? fd, isFile: handle === undefined }
}

/** Milliseconds of a shutdown that the last log lines may take. */
export const lastLinesMs = (graceMs: number) => Math.min(maxLastLinesMs, graceMs / 4)

/**
 * Writes log lines to a descriptor, many at a time. Neither a slow disk, a slow reader nor a failure delays
 * the process, or ends it: lines that cannot be written are dropped and counted. Node's streams do not write
 * any more after their first error.
 * @param isShared whether other processes write to the same descriptor
 */
export function createLogOutput (
  { fd, isFile }: { fd: number, isFile: boolean }, isShared = false
): LogOutput {
  let lines: string[] = []
  let queue: Batch[] = []
  let queuedBytes = 0
  let writing = false
  let atLineStart = true
  let dropped = 0
  let reported = 0
  let reason = ''
  let report = (_: Loss) => {}

  const flush = isFile ? writeInBackground : writeNow
  setInterval(flush, flushIntervalMs).unref()

  function queueLines () {
    if (lines.length === 0) return
    const batches = isShared
      ? pipeBatches(lines)
      : [{ bytes: Buffer.from(lines.join('')), lines: lines.length }]
    lines = []
    for (const batch of batches) queueBatch(batch)
  }

  function queueBatch (batch: Batch) {
    if (queuedBytes + batch.bytes.length > maxQueuedBytes) drop([batch], 'queue-full')
    else {
      queue.push(batch)
      queuedBytes += batch.bytes.length
    }
  }

  function drop (batches: Batch[], why: string) {
    for (const batch of batches) dropped += batch.lines
    reason = why
  }

  function take () {
    const batch = queue.shift()
    queuedBytes -= batch?.bytes.length ?? 0
    return batch
  }

  function putBack (batch: Batch) {
    queue.unshift(batch)
    queuedBytes += batch.bytes.length
  }

  /** A file's: in a thread of its own, because a disk may be slow. */
  function writeInBackground () {
    queueLines()
    const batch = writing ? undefined : take()
    if (batch === undefined) return
    writing = true
    write(fd, batch.bytes, (err, written) => {
      writing = false
      if (settle(batch, err, written)) writeInBackground()
    })
  }

  /** A pipe, a socket or a terminal accepts what it has room for at once. */
  function writeNow () {
    queueLines()
    for (let batch = take(); batch !== undefined; batch = take()) {
      let written = 0
      let error: NodeJS.ErrnoException | null = null
      try {
        written = writeSync(fd, batch.bytes)
      } catch (err) {
        error = err as NodeJS.ErrnoException
      }
      if (!settle(batch, error, written)) return
    }
  }

  /**
   * Takes the result of a write.
   * @returns whether the next one may follow at once
   */
  function settle (batch: Batch, err: NodeJS.ErrnoException | null, written: number) {
    if (err?.code === 'EAGAIN') {
      putBack(batch)
      return false
    }
    if (err !== null) {
      drop([batch, ...queue.splice(0)], err.code!)
      queue = atLineStart ? [] : [lineEnd]
      queuedBytes = atLineStart ? 0 : lineEnd.bytes.length
      return false
    }
    atLineStart = batch.bytes[written - 1] === newline
    if (written < batch.bytes.length) {
      const linesWritten = batch.bytes.subarray(0, written).filter((byte) => byte === newline).length
      putBack({ bytes: batch.bytes.subarray(written), lines: batch.lines - linesWritten })
    } else if (queue.length === 0 && dropped > reported) {
      const loss = { lines: dropped - reported, reason }
      reported = dropped
      report(loss)
    }
    return true
  }

  return {
    write (line) {
      if (lines.push(line) === maxBatchLines) flush()
    },
    dropped: () => dropped,
    onResumed: (listener) => { report = listener },
    async drain (timeoutMs) {
      const end = performance.now() + timeoutMs
      const isDone = () => !writing && queue.length === 0
      for (flush(); !isDone() && performance.now() < end; flush()) await sleep(drainIntervalMs)
    },
    flushNow: writeNow
  }
}

/** Batches of lines, each of which a pipe accepts as a whole. A longer line is a batch of its own. */
function pipeBatches (lines: string[]) {
  const batches: Batch[] = []
  let bytes: Buffer[] = []
  let size = 0
  const end = () => batches.push({ bytes: Buffer.concat(bytes), lines: bytes.length })
  for (const line of lines.map((line) => Buffer.from(line))) {
    if (bytes.length > 0 && size + line.length > pipeBufBytes) {
      end()
      bytes = []
      size = 0
    }
    bytes.push(line)
    size += line.length
  }
  end()
  return batches
}
