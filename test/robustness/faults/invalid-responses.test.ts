import { invalidResponses } from './cases/responses.js'
import { runCases } from './run-case.js'

await runCases(invalidResponses)
