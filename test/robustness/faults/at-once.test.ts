import t from 'tap'
import { atOnce } from '#test/robustness/faults/cases/at-once.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), atOnce)
