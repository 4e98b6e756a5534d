import { pino } from 'pino'
import { secretSettings } from '#lib/config/settings.js'

/** Names of values that must not be logged: every secret setting, and the headers that carry tokens. */
const secrets = [
  'password', 'secret', 'token', 'authorization', '["x-auth-token"]', '["x-subject-token"]', ...secretSettings
]
/** What it would be in. No wildcard comes first: each value of each line would be searched, for a fifth of what a kept answer costs. */
const holders = ['', 'err', 'err.*', 'config', 'settings', 'headers', 'request', 'request.headers', 'response', 'response.headers']

/** How the service logs: JSON lines, secrets taken out. Nothing is logged that has one; this is the second lock. */
export const logger = {
  level: 'info',
  redact: holders.flatMap((holder) => secrets.map((name) => holder === '' || name.startsWith('[') ? holder + name : `${holder}.${name}`))
}

/** Lines that go out together, at the latest after this many milliseconds. */
const together = 128
const latest = 100
/** Characters that may wait for a reader that has stopped to read; what is logged beyond them is lost, and the service lives. */
const mostWaiting = 16 * 1024 * 1024

/**
 * Where the service logs to: stdout, many lines at a time, so that neither a line's own write nor a reader that is slow holds a request up.
 * The lines are put together here: pino's own buffer copies all that waits for each line that comes. At the end of the process all of it goes out.
 */
export function bufferedStdout () {
  const out = pino.destination({ sync: false, maxLength: mostWaiting })
  let lines: string[] = []

  function flush () {
    if (lines.length > 0) out.write(lines.join(''))
    lines = []
  }
  setInterval(flush, latest).unref()
  process.once('exit', () => {
    flush()
    out.flushSync()
  })
  return {
    write (line: string) {
      if (lines.push(line) === together) flush()
    }
  }
}
