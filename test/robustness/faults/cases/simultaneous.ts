import { failureOutcome } from '../case.js'
import type { Case } from '../case.js'
import { htmlResponse, onTheWire, responding } from '../faults.js'
import { upstreamNames } from '../testbed.js'
import { refuse } from './connections.js'

/** A fault of several upstreams under load. */
const underLoad = (
  upstreams: Case['upstreams'],
  name: string,
  status: number | number[],
  inject: Case['inject']
): Case => ({ name, upstreams, inject, outcome: failureOutcome(upstreams, status), load: true })

const half: Case['upstreams'] = ['network', 'block-storage', 'metrics']
const noResponse = onTheWire({ request: () => {} })
const error = responding(() => htmlResponse(500))

/** Simultaneous faults. After repeated failures the circuit of an upstream opens; the status is 503 then. */
export const simultaneous: Case[] = [
  underLoad(half, 'half of the upstreams refuse connections', 503, refuse),
  underLoad(upstreamNames, 'all upstreams refuse connections', 503, refuse),
  underLoad(upstreamNames, 'no upstream responds', [503, 504], noResponse),
  underLoad(upstreamNames, 'all upstreams return 500', [502, 503], error)
]
