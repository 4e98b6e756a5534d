import type { ConnectionListener } from './connection.js'

interface Log {
  info: (message: string) => void
  warn: (facts: object, message: string) => void
}

/**
 * Logs when Redis becomes available and unavailable: an outage once, and not with each command that fails.
 */
export function logOutages (log: Log): ConnectionListener {
  let available: boolean | undefined
  let rejectsCommands = false

  return {
    ready () {
      if (!available) log.info('Redis available: cached values are shared')
      available = true
      rejectsCommands = false
    },
    failed (err) {
      const reason = reasonOf(err)
      if (err.name === 'ReplyError') {
        if (!rejectsCommands) {
          log.warn({ reason }, 'Redis rejects commands: some cached values are not shared')
        }
        rejectsCommands = true
      } else {
        if (available !== false) log.warn({ reason }, 'Redis unavailable: cached values are not shared')
        available = false
      }
    }
  }
}

/**
 * The part of an error that may be logged. A reply may quote the command, which may hold a password: its
 * first word is enough.
 */
function reasonOf ({ name, message, code }: Error & { code?: string }) {
  return name === 'ReplyError' ? message.split(' ', 1)[0] : message || code
}
