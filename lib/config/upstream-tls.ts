import { rootCertificates } from 'node:tls'
import { InvalidSetting } from '#lib/errors.js'
import { loadAuthorities, loadKeyPair, loadPem } from './pem.js'
import type { PemFile } from './pem.js'

/** The TLS files of the connections to OpenStack, as settings or `clouds.yaml` name them. */
export interface TlsFiles {
  cacert?: PemFile
  cert?: PemFile
  key?: PemFile
  insecure?: boolean
}

/**
 * The TLS options of connections to upstreams.
 * @throws InvalidSetting where a file is missing, cannot be read or is unusable
 */
export function loadUpstreamTls ({ cacert, insecure = false, ...client }: TlsFiles) {
  const pair = clientCertificate(client)
  return {
    ca: trustedCertificates(cacert?.path, cacert?.setting),
    cert: pair?.cert,
    key: pair?.key,
    rejectUnauthorized: !insecure
  }
}

/** Without a file for the key, the certificate's file may hold it as well, as openstacksdk allows. */
function clientCertificate ({ cert, key }: Pick<TlsFiles, 'cert' | 'key'>) {
  if (cert === undefined) {
    if (key === undefined) return undefined
    throw new InvalidSetting(`OS_CERT is missing: ${key.setting} needs it`)
  }
  if (key === undefined && !/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(loadPem(cert))) {
    throw new InvalidSetting(`OS_KEY is missing: ${cert.setting} needs it`)
  }
  return loadKeyPair(cert, key ?? cert)
}

/**
 * The certificates to trust beside a private CA: that one, and the public ones.
 * @param path of the private CA's PEM file
 * @returns `undefined`, which means the public ones, without a private CA
 * @throws InvalidSetting where the file is unusable
 */
export function trustedCertificates (path?: string, setting = 'OS_CACERT') {
  return path === undefined ? undefined : [...rootCertificates, loadAuthorities({ setting, path })]
}
