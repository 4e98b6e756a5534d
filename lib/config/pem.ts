import { readFileSync } from 'node:fs'
import { InvalidSetting } from '#lib/errors.js'

/**
 * The text of a PEM file that a setting names.
 * @throws InvalidSetting where it cannot be read
 */
export function loadPem (setting: string, path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    throw new InvalidSetting(`${setting} must be a PEM file that can be read: ${path} (${code})`)
  }
}
