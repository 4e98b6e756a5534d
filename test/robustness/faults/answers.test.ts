import t from 'tap'
import { answers } from '#test/robustness/faults/cases/answers.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), answers)
