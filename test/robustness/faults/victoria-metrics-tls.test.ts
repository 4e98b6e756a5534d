import t from 'tap'
import { ofMetrics } from './case.js'
import { tls } from './cases/tls.js'
import { createCertificates } from './certificates.js'
import { runCases } from './run-case.js'

const { certificates, certificate } = createCertificates(t.testdir())
await runCases(ofMetrics(tls(certificates)), { certificate, storeName: 'victoria-metrics' })
