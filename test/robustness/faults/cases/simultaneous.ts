import { visible } from '../case.js'
import type { Case } from '../case.js'
import { htmlResponse, onTheWire, responding } from '../faults.js'
import { upstreamNames } from '../testbed.js'
import { refuse } from './connections.js'

const half: Case['upstreams'] = ['network', 'block-storage', 'metrics']
const noResponse = onTheWire({ request: () => {} })
const error = responding(() => htmlResponse(500))
const underLoad = { load: true }

/** Simultaneous faults. After repeated failures the circuit of an upstream opens; the status is 503 then. */
export const simultaneous: Case[] = [
  ...visible([half], 'half of the upstreams refuse connections', 503, refuse, underLoad),
  ...visible([upstreamNames], 'all upstreams refuse connections', 503, refuse, underLoad),
  ...visible([upstreamNames], 'no upstream responds', [503, 504], noResponse, underLoad),
  ...visible([upstreamNames], 'all upstreams return 500', [502, 503], error, underLoad)
]
