import { readFileSync } from 'node:fs'
import { InvalidSetting } from '#lib/errors.js'

/**
 * The settings of a file: `NAME=value` lines, as in an `EnvironmentFile` of systemd. A value may be in
 * quotes; nothing in it has a meaning. Empty lines and lines that begin with `#` are left out.
 * @throws InvalidSetting, which quotes no value: it may be a secret
 */
export function loadSettingsFile (path: string): Record<string, string> {
  const entries = read(path).split(/\r?\n/).map((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return []
    const [, name, value] = /^([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line.trim()) ?? []
    if (name === undefined) {
      const place = `line ${index + 1} of ${path}`
      throw new InvalidSetting(`SETTINGS_FILE must have NAME=value lines: ${place} is none`)
    }
    return [[name, unquoted(value!)]]
  })
  return Object.fromEntries(entries.flat())
}

function unquoted (text: string) {
  const quote = text[0]
  const isQuoted = text.length > 1 && (quote === '"' || quote === '\'') && text.endsWith(quote)
  return isQuoted ? text.slice(1, -1) : text
}

function read (path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    throw new InvalidSetting(`SETTINGS_FILE must be a file that can be read: ${path} (${code})`)
  }
}
