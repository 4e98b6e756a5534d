import { influxdb } from './cases/influxdb.js'
import { runCases } from './run-case.js'

await runCases(influxdb)
