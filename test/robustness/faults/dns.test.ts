import t from 'tap'
import { dns } from './cases/dns.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), dns)
