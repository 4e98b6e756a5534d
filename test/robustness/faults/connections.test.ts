import { connections } from './cases/connections.js'
import { runCases } from './run-case.js'

await runCases(connections)
