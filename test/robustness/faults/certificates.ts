import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate, expire } from '#test/support/certificates.js'

/**
 * Creates certificates in a folder.
 * @returns those of the cases, and the one with which the upstreams start
 */
export function createCertificates (folder: string) {
  const certificates = {
    valid: createCertificate(folder, 'valid-'),
    expired: expire(createCertificate(folder, 'expired-')),
    otherName: createCertificate(folder, 'other-name-', 'DNS:elsewhere.test'),
    untrusted: createCertificate(folder, 'untrusted-')
  }
  const caFile = join(folder, 'ca.pem')
  const { valid, expired, otherName } = certificates
  writeFileSync(caFile, [valid, expired, otherName].map(({ cert }) => cert).join(''))
  return { certificates, certificate: { ...valid, caFile } }
}
