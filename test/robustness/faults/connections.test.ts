import t from 'tap'
import { connections } from './cases/connections.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), connections)
