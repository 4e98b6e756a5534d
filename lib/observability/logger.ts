import { pino } from 'pino'
import { secretSettings } from '#lib/config/settings.js'

/** Names of values that must not be logged: every secret setting, and the headers that carry tokens. */
const secrets = [
  'password', 'secret', 'token', 'authorization', '["x-auth-token"]', '["x-subject-token"]', ...secretSettings
]
/**
 * Objects that could hold one. None begins with a wildcard: pino would search each value of each line, which
 * costs a fifth of a cached response.
 */
const holders = [
  '', 'err', 'err.*', 'config', 'settings', 'headers', 'request', 'request.headers', 'response',
  'response.headers'
]

const pathOf = (holder: string, name: string) =>
  holder === '' || name.startsWith('[') ? holder + name : `${holder}.${name}`

/** JSON lines with secrets removed. No code logs a secret; the redaction is a second barrier. */
export const logger = {
  level: 'info',
  redact: holders.flatMap((holder) => secrets.map((name) => pathOf(holder, name)))
}

/** Lines that are written together, and the milliseconds after which fewer are written. */
const maxBufferedLines = 128
const flushIntervalMs = 100
/**
 * Characters that may wait for a reader that has stopped reading. Later lines are lost, and the service goes
 * on.
 */
const maxBufferedCharacters = 16 * 1024 * 1024

/**
 * stdout, many lines at a time: neither the write of a line nor a slow reader delays a request. The lines are
 * joined here, because pino's own buffer copies everything that waits for each new line. At the end of the
 * process all lines are written.
 */
export function bufferedStdout () {
  const out = pino.destination({ sync: false, maxLength: maxBufferedCharacters })
  let lines: string[] = []

  function flush () {
    if (lines.length > 0) out.write(lines.join(''))
    lines = []
  }
  setInterval(flush, flushIntervalMs).unref()
  process.once('exit', () => {
    flush()
    out.flushSync()
  })
  return {
    write (line: string) {
      if (lines.push(line) === maxBufferedLines) flush()
    }
  }
}
