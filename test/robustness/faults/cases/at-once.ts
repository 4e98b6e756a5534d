import { costs } from '#test/robustness/faults/case.js'
import type { Case } from '#test/robustness/faults/case.js'
import { html, onTheWire, page, said, saying } from '#test/robustness/faults/faults.js'
import { roles } from '#test/robustness/faults/site.js'
import { refused } from './connections.js'

const half: Case['at'] = ['network', 'block-storage', 'metrics']
const load = { load: true }

/**
 * Faults of several upstreams at once, while others ask all the time. Who is asked too often in vain is left
 * alone: 503.
 */
export const atOnce: Case[] = [
  {
    name: 'half of the upstreams take no connection',
    at: half,
    begin: refused,
    outcome: costs(half, 503),
    ...load
  },
  { name: 'none takes a connection', at: roles, begin: refused, outcome: costs(roles, 503), ...load },
  {
    name: 'none answers',
    at: roles,
    begin: onTheWire({ request: () => {} }),
    outcome: costs(roles, [503, 504]),
    ...load
  },
  {
    name: 'all answer 500',
    at: roles,
    begin: saying(() => said(500, page, html)),
    outcome: costs(roles, [502, 503]),
    ...load
  }
]
