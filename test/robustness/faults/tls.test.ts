import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createCertificate, expire } from '#test/support/certificates.js'
import { tls } from './cases/tls.js'
import { runCases } from './run-case.js'

const folder = t.testdir()
const certificates = {
  valid: createCertificate(folder, 'valid-'),
  expired: expire(createCertificate(folder, 'expired-')),
  otherName: createCertificate(folder, 'other-name-', 'DNS:elsewhere.test'),
  untrusted: createCertificate(folder, 'untrusted-')
}
const caFile = join(folder, 'ca.pem')
const { valid, expired, otherName } = certificates
writeFileSync(caFile, [valid, expired, otherName].map(({ cert }) => cert).join(''))

await runCases(tls(certificates), { ...valid, caFile })
