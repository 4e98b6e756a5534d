import { InvalidSetting } from '#lib/errors.js'
import { loadKeyPair } from './pem.js'
import type { Settings } from './settings.js'

/** The certificate that HTTPS is served with, and its key, in PEM. */
export interface TlsCertificate {
  cert: string
  key: string
}

/**
 * The certificate that the settings name, if they name one.
 * @throws InvalidSetting where it is unusable
 */
export function loadCertificate (
  { TLS_CERT, TLS_KEY }: Pick<Settings, 'TLS_CERT' | 'TLS_KEY'>
): TlsCertificate | undefined {
  if (TLS_CERT === undefined && TLS_KEY === undefined) return undefined
  if (TLS_KEY === undefined) throw new InvalidSetting('TLS_KEY is missing: TLS_CERT needs it')
  if (TLS_CERT === undefined) throw new InvalidSetting('TLS_CERT is missing: TLS_KEY needs it')
  return loadKeyPair({ setting: 'TLS_CERT', path: TLS_CERT }, { setting: 'TLS_KEY', path: TLS_KEY })
}
