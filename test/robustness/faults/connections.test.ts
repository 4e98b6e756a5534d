import t from 'tap'
import { connections } from '#test/robustness/faults/cases/connections.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), connections)
