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
    const [, name, value] = /^\s*([A-Z_][A-Z0-9_]*)=(.*?)\s*$/.exec(line) ?? []
    if (name === undefined) {
      const place = `line ${index + 1} of ${path}`
      throw new InvalidSetting(`SETTINGS_FILE must have NAME=value lines: ${place} is none`)
    }
    return [[name, value!.replace(/^(["'])(.*)\1$/, '$2')]]
  })
  return Object.fromEntries(entries.flat())
}

function read (path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    throw new InvalidSetting(`SETTINGS_FILE must be a file that can be read: ${path} (${code})`)
  }
}
