import { errorResponses } from './cases/responses.js'
import { runCases } from './run-case.js'

await runCases(errorResponses)
