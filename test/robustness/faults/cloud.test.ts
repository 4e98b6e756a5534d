import t from 'tap'
import { cloud } from '#test/robustness/faults/cases/cloud.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), cloud)
