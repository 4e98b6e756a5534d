import { influxdb } from './cases/metrics-store.js'
import { runCases } from './run-case.js'

await runCases(influxdb)
