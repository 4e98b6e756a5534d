import { ofMetrics } from './case.js'
import { errorResponses, invalidResponses } from './cases/responses.js'
import { runCases } from './run-case.js'

await runCases(ofMetrics([...invalidResponses, ...errorResponses]), { storeName: 'victoria-metrics' })
