import { secretSettings } from '#lib/config/settings.js'

/** Names of values that must not be logged: every secret setting, and the headers that carry tokens. */
const secrets = [
  'password', 'secret', 'token', 'authorization', 'cookie', '["set-cookie"]', '["x-auth-token"]',
  '["x-subject-token"]', ...secretSettings
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
