import { createSecureContext } from 'node:tls'
import { InvalidSetting } from '#lib/errors.js'
import { loadPem } from './pem.js'
import type { Settings } from './settings.js'

/** What HTTPS is served with, both PEM. */
export interface TlsCertificate {
  cert: string
  key: string
}

/** The certificate that the settings name, if they name one. @throws InvalidSetting where it is of no use. */
export function loadCertificate ({ TLS_CERT, TLS_KEY }: Pick<Settings, 'TLS_CERT' | 'TLS_KEY'>): TlsCertificate | undefined {
  if (TLS_CERT === undefined && TLS_KEY === undefined) return undefined
  if (TLS_KEY === undefined) throw new InvalidSetting('TLS_KEY is missing: it goes with TLS_CERT')
  if (TLS_CERT === undefined) throw new InvalidSetting('TLS_CERT is missing: it goes with TLS_KEY')
  const certificate = { cert: loadPem('TLS_CERT', TLS_CERT), key: loadPem('TLS_KEY', TLS_KEY) }
  try {
    createSecureContext(certificate)
  } catch (err) {
    throw new InvalidSetting(`TLS_CERT and TLS_KEY must be a certificate and its key, in PEM (${(err as NodeJS.ErrnoException).code})`)
  }
  return certificate
}
