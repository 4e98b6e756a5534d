import { rootCertificates } from 'node:tls'
import { loadPem } from './pem.js'

/** The TLS files of the connections to OpenStack, as settings name them. */
export interface TlsFiles {
  cacert?: string
  cert?: string
  key?: string
  insecure?: boolean
}

/**
 * The TLS options of connections to upstreams.
 * @throws InvalidSetting where a file cannot be read
 */
export function loadUpstreamTls ({ cacert, cert, key, insecure = false }: TlsFiles) {
  return {
    ca: trustedCertificates(cacert),
    cert: cert === undefined ? undefined : loadPem('OS_CERT', cert),
    key: key === undefined ? undefined : loadPem('OS_KEY', key),
    rejectUnauthorized: !insecure
  }
}

/**
 * The certificates to trust beside a private CA: that one, and the public ones.
 * @returns `undefined`, which means the public ones, without a private CA
 * @throws InvalidSetting where the file cannot be read
 */
export function trustedCertificates (cacert?: string) {
  return cacert === undefined ? undefined : [...rootCertificates, loadPem('OS_CACERT', cacert)]
}
