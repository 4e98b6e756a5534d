import { ofMetrics } from './case.js'
import { responses } from './cases/responses.js'
import { runCases } from './run-case.js'

await runCases(ofMetrics(responses), { storeName: 'victoria-metrics' })
