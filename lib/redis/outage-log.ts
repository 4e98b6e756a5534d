import type { ConnectionListener } from './connection.js'

interface Log {
  info: (message: string) => void
  warn: (facts: object, message: string) => void
}

/** Logs when Redis goes and when it is there: an outage once, and not with each thing that fails for it. */
export function logOutages (log: Log): ConnectionListener {
  let there: boolean | undefined
  let refuses = false

  return {
    ready () {
      if (!there) log.info('Redis is there: what is kept is shared')
      there = true
      refuses = false
    },
    failed (err) {
      const reason = reasonOf(err)
      if (err.name === 'ReplyError') {
        if (!refuses) log.warn({ reason }, 'Redis refuses what it is asked: some of what is kept is not shared')
        refuses = true
      } else {
        if (there !== false) log.warn({ reason }, 'Redis is gone: nothing is shared until it is back')
        there = false
      }
    }
  }
}

/** What may be said of a failure. An answer of Redis's may quote the command, which may hold a password: its first word is enough. */
function reasonOf ({ name, message, code }: Error & { code?: string }) {
  return name === 'ReplyError' ? message.split(' ', 1)[0] : message || code
}
