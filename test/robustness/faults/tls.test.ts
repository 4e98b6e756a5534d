import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createCertificate, expire } from '#test/support/certificates.js'
import { tls } from '#test/robustness/faults/cases/tls.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

const folder = t.testdir()
const certificates = {
  good: createCertificate(folder, 'good-'),
  expired: expire(createCertificate(folder, 'expired-')),
  misnamed: createCertificate(folder, 'misnamed-', 'DNS:elsewhere.test'),
  unknown: createCertificate(folder, 'unknown-')
}
const file = join(folder, 'ca.pem')
const { good, expired, misnamed } = certificates
writeFileSync(file, [good, expired, misnamed].map(({ cert }) => cert).join(''))

await runCases(t, await startSite(t, { ...good, file }), tls(certificates))
