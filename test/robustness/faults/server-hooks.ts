// Imported into the server's process: shifts its clock, and resolves names that end in .test.
import dns from 'node:dns'

/** A message to the process. */
interface Change { clockShiftMs?: number, dnsFailure?: string | null }
type LookupCallback = (error: Error | null, address?: unknown, family?: number) => void
type Lookup = (name: string, options: dns.LookupOptions, callback: LookupCallback) => void

let clockShiftMs = 0
let dnsFailure: string | null = null

const { now } = Date
Date.now = () => now() + clockShiftMs

const lookup = dns.lookup as Lookup
const lookupTestNames: Lookup = (name, options, callback) => {
  if (!name.endsWith('.test')) return lookup(name, options, callback)
  if (dnsFailure) {
    const error = Object.assign(new Error(`getaddrinfo ${dnsFailure} ${name}`), { code: dnsFailure })
    process.nextTick(callback, error)
  } else if (options.all) process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }])
  else process.nextTick(callback, null, '127.0.0.1', 4)
}
dns.lookup = lookupTestNames as typeof dns.lookup

process.on('message', (change: Change) => {
  if (change.clockShiftMs !== undefined) clockShiftMs = change.clockShiftMs
  if (change.dnsFailure !== undefined) dnsFailure = change.dnsFailure
})
// The channel must not keep the server alive.
process.channel!.unref()
