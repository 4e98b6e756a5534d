import { cloud } from './cases/cloud.js'
import { runCases } from './run-case.js'

await runCases(cloud)
