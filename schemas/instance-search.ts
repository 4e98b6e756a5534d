import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Address, exampleOf, Id, OneOf, PageLimit, RefTo } from './common.js'
import { State } from './instance.js'
import { InstanceDetail } from './instance-detail.js'

export const FoundInstances = Type.Object({
  metric: Type.Array(RefTo(InstanceDetail), {
    description: 'The instances, newest first', examples: [[exampleOf(InstanceDetail)]]
  }),
  unavailable: Type.Optional(Type.Array(OneOf(['identity', 'metrics']), {
    description: 'Present while these upstreams cannot be read: names of projects, or usages, may be null'
  }))
}, { $id: 'FoundInstances', description: 'A page of the instances that match' })
export type FoundInstances = Static<typeof FoundInstances>

export const SearchQuery = Type.Object({
  limit: PageLimit,
  marker: Type.Optional(
    Id('Id of the last instance of the previous page', 'c5e1012f-9455-47ff-bbb7-1cff5e1f9894')
  ),
  hostname: Type.Optional(Type.String({
    minLength: 2,
    maxLength: 255,
    description: 'Only instances with this in their name, in any case. Either this or `address` is needed',
    examples: ['demo']
  })),
  address: Type.Optional(Address),
  state: Type.Optional(State)
}, { additionalProperties: false })
export type SearchQuery = Static<typeof SearchQuery>
