import t from 'tap'
import { influxdb } from './cases/influxdb.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

await runCases(t, await startSite(t), influxdb)
