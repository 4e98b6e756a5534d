import { randomBytes } from 'node:crypto'
import { splitList } from './settings.js'

/** Bytes of a key, for A256GCM. */
const keyBytes = 32

/**
 * The keys that seal cookies, the one that seals first. Without a setting it is a random one, which ends with
 * the process.
 * @param setting the text of SESSION_KEY
 */
export const parseSessionKeys = (setting?: string): Uint8Array[] => setting === undefined
  ? [randomBytes(keyBytes)]
  : splitList(setting).map((key) => Buffer.from(key, 'base64url'))
