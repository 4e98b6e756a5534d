import t from 'tap'
import { names } from '#test/robustness/faults/cases/names.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), names)
