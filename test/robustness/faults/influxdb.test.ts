import t from 'tap'
import { influxdb } from '#test/robustness/faults/cases/influxdb.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), influxdb)
