import t from 'tap'
import { tls } from './cases/tls.js'
import { createCertificates } from './certificates.js'
import { runCases } from './run-case.js'

const { certificates, certificate } = createCertificates(t.testdir())
await runCases(tls(certificates), { certificate })
