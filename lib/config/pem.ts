import { readFileSync } from 'node:fs'
import { InvalidSetting } from '#lib/errors.js'

/** The text of the file that a setting names. @throws InvalidSetting */
export function loadPem (name: string, path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (err) {
    throw new InvalidSetting(`${name} must be a PEM file that can be read: ${path} (${(err as NodeJS.ErrnoException).code})`)
  }
}
