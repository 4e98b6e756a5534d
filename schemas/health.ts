import { Type } from '@fastify/type-provider-typebox'
import { roles } from './common.js'

export const Health = Type.Object({
  status: Type.Unsafe<'ok'>({ type: 'string', enum: ['ok'] })
}, { $id: 'Health', description: 'The process lives' })

const State = Type.Unsafe<string>({ type: 'string', enum: ['up', 'timeout', 'unreachable', 'absent', 'refused', 'invalid'] })

export const Readiness = Type.Object({
  status: Type.Unsafe<string>({
    type: 'string',
    enum: ['ready', 'degraded', 'unready'],
    description: '`unready` while identity, compute or metrics is down, `degraded` while only others are'
  }),
  upstreams: Type.Object(Object.fromEntries(roles.map((role) => [role, State])))
}, { $id: 'Readiness', description: 'Which upstreams answer' })
