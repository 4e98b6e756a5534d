import { ofMetrics } from './case.js'
import { connections } from './cases/connections.js'
import { dns } from './cases/dns.js'
import { victoriaMetrics } from './cases/metrics-store.js'
import { runCases } from './run-case.js'

const cases = [...ofMetrics([...connections, ...dns]), ...victoriaMetrics]
await runCases(cases, { storeName: 'victoria-metrics' })
