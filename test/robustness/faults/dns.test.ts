import { dns } from './cases/dns.js'
import { runCases } from './run-case.js'

await runCases(dns)
