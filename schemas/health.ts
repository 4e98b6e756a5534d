import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { failureReasons } from '#lib/errors.js'
import { OneOf, RefTo } from './common.js'

export const Health = Type.Object({
  status: OneOf(['ok'], { examples: ['ok'] })
}, { $id: 'Health', description: 'The process is alive' })

export const UpstreamState = OneOf(['up', ...failureReasons], {
  $id: 'UpstreamState',
  description: '`up`, or why the service cannot use it: no response in time, no connection, not in the ' +
    'catalog, credential rejected, invalid response, no requests accepted for now, circuit open after ' +
    'repeated failures, or too many queued requests',
  examples: ['up']
})

export type UpstreamState = Static<typeof UpstreamState>

const State = RefTo(UpstreamState)
const exampleStates = {
  identity: 'up', compute: 'up', network: 'up', 'block-storage': 'timeout', metrics: 'up'
}

export const Readiness = Type.Object({
  status: OneOf(['ready', 'degraded', 'unready'], {
    description: '`unready` during shutdown; `degraded` while an upstream is down: responses may be stale ' +
      'or partial. With `READINESS=upstreams` the service is also `unready` while identity, compute or ' +
      'metrics is down',
    examples: ['degraded']
  }),
  upstreams: Type.Object({
    identity: State,
    compute: State,
    network: Type.Optional(State),
    'block-storage': Type.Optional(State),
    metrics: State
  }, {
    description: 'The state of each upstream that the cloud has',
    examples: [exampleStates]
  })
}, { $id: 'Readiness', description: 'Whether the service is ready, and the state of each upstream' })
export type Readiness = Static<typeof Readiness>

export const exampleUnready = { status: 'unready', upstreams: { ...exampleStates, metrics: 'unreachable' } }
