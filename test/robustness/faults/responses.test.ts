import t from 'tap'
import { responses } from './cases/responses.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), responses)
