import t from 'tap'
import { influxdb } from './cases/influxdb.js'
import { runCases } from './run-case.js'
import { startTestbed } from './testbed.js'

await runCases(t, await startTestbed(t), influxdb)
