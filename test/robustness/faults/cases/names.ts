import type { UpstreamName } from '#simulator/simulator.js'
import { each } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'
import type { Site } from '#test/robustness/faults/site.js'

const failing = (failure: string): Begin => ({ proxies }, at, server) => {
  server!.tell({ failure })
  // A connection that is there needs no name.
  for (const role of at) proxies[role].drop()
  return () => server!.tell({ failure: null })
}

/** An upstream by its name; the others by their addresses. */
const places: Array<[UpstreamName, (site: Site) => Record<string, string>]> = [
  [
    'compute',
    ({ proxies }) => ({ OS_COMPUTE_ENDPOINT_OVERRIDE: `http://nova.test:${proxies.compute.port}/v2.1` })
  ],
  ['metrics', ({ proxies }) => ({ INFLUX_URL: `http://influxdb.test:${proxies.metrics.port}` })]
]

/** Faults of names. */
export const names: Case[] = places.flatMap(([role, env]) => [
  ...each([[role]], 'the name server does not answer', 503, failing('EAI_AGAIN'), { env }),
  ...each([[role]], 'the name is not known', 503, failing('ENOTFOUND'), { env })
])
