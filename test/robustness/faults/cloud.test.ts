import t from 'tap'
import { cloud } from './cases/cloud.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), cloud)
