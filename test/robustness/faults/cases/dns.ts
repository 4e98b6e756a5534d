import type { UpstreamName } from '#simulator/simulator.js'
import { visible } from '../case.js'
import type { Case, Inject } from '../case.js'
import type { Testbed } from '../testbed.js'

const failLookups = (dnsFailure: string): Inject => ({ proxies }, upstreams, server) => {
  server!.change({ dnsFailure })
  // Open connections need no lookup.
  for (const name of upstreams) proxies[name].drop()
  return () => server!.change({ dnsFailure: null })
}

/** Upstreams with a host name in one case each; all others have IP addresses. */
const named: Array<[UpstreamName, (testbed: Testbed) => Record<string, string>]> = [
  ['compute', ({ proxies }) =>
    ({ OS_COMPUTE_ENDPOINT_OVERRIDE: `http://nova.test:${proxies.compute.port}/v2.1` })],
  ['metrics', ({ proxies, store }) => store.settingsFor(`http://metrics.test:${proxies.metrics.port}`)]
]

/** Faults of name resolution. */
export const dns: Case[] = named.flatMap(([name, env]) => [
  ...visible([[name]], 'DNS server does not respond (EAI_AGAIN)', 503, failLookups('EAI_AGAIN'), { env }),
  ...visible([[name]], 'host name is unknown (ENOTFOUND)', 503, failLookups('ENOTFOUND'), { env })
])
