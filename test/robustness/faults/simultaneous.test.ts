import t from 'tap'
import { simultaneous } from './cases/simultaneous.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), simultaneous)
