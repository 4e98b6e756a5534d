import { simultaneous } from './cases/simultaneous.js'
import { runCases } from './run-case.js'

await runCases(simultaneous)
