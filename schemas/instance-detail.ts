import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Nullable, OneOf } from './common.js'
import { Instance } from './instance.js'

export const InstanceDetail = Type.Object({
  ...Instance.properties,
  projectName: Nullable(Type.String(), { description: 'The name of its project', examples: ['demo'] }),
  unavailable: Type.Optional(Type.Array(OneOf(['identity', 'metrics']), {
    description: 'Present while these upstreams cannot be read: the project\'s name, or usages, may be null'
  }))
}, { $id: 'InstanceDetail', description: 'An instance with its project\'s name; null is unknown' })
export type InstanceDetail = Static<typeof InstanceDetail>
