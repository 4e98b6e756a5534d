import { Type } from '@fastify/type-provider-typebox'
import { reasons } from '../lib/errors.js'
import { OneOf } from './common.js'

export const Health = Type.Object({
  status: OneOf(['ok'], { examples: ['ok'] })
}, { $id: 'Health', description: 'The process lives' })

export const UpstreamState = OneOf(['up', ...reasons], {
  $id: 'UpstreamState',
  description: '`up`, or why it is of no use: no answer in time, no connection, not in the catalog, our credential refused, an answer that ' +
    'makes no sense, left alone for it has failed again and again, or too many calls waiting for it',
  examples: ['up']
})

const State = Type.Ref('UpstreamState')
const exampleStates = { identity: 'up', compute: 'up', network: 'up', 'block-storage': 'timeout', metrics: 'up' }

export const Readiness = Type.Object({
  status: OneOf(['ready', 'degraded', 'unready'], {
    description: '`unready` while identity, compute or metrics is down, or when the service is about to end; `degraded` while only others are down',
    examples: ['degraded']
  }),
  upstreams: Type.Object({ identity: State, compute: State, network: State, 'block-storage': State, metrics: State }, {
    description: 'Each upstream by its role',
    examples: [exampleStates]
  })
}, { $id: 'Readiness', description: 'Which upstreams answer' })

export const exampleUnready = { status: 'unready', upstreams: { ...exampleStates, metrics: 'unreachable' } }
