import { Writable } from 'node:stream'
import { logger } from '#lib/observability/logger.js'

/** A log in memory. `logger` is an option of the service; others of its options may be given. */
export function recordLog (options: { level?: string } = {}) {
  const lines: string[] = []
  const stream = new Writable({
    write (chunk, _, done) {
      lines.push(...String(chunk).trimEnd().split('\n'))
      done()
    }
  })
  const parsed = () => lines.map((line) => JSON.parse(line))
  return {
    lines,
    logger: { ...logger, ...options, stream },
    parsed,
    /** The lines of level warn and above. */
    warnings: () => parsed().filter(({ level }) => level > 30)
  }
}
