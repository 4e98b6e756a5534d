import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/**
 * A named pipe.
 * @param options.blocks whether a write waits for a reader that has stopped reading
 */
export function openPipe (t: Test, { blocks = true } = {}) {
  const path = join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [path])
  const openReader = () => openSync(path, O_RDONLY | O_NONBLOCK)
  const reader = openReader()
  const writer = openSync(path, blocks ? O_WRONLY : O_WRONLY | O_NONBLOCK)
  t.teardown(() => closeSync(writer))
  /** Fills the pipe. */
  const fill = () => {
    const filler = openSync(path, O_WRONLY | O_NONBLOCK)
    try {
      for (;;) writeSync(filler, '\n'.repeat(4096))
    } catch {
      closeSync(filler)
    }
  }
  return { reader, writer, openReader, fill }
}

/** Reads everything that is in a pipe. */
export function readPipe (reader: number) {
  const buffer = Buffer.alloc(1024 * 1024)
  let text = ''
  try {
    for (;;) {
      const bytes = readSync(reader, buffer)
      if (bytes === 0) return text
      text += buffer.toString('utf8', 0, bytes)
    }
  } catch {
    return text
  }
}
