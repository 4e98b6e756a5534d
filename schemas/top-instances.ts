import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { exampleOf, Id, OneOf, RefTo } from './common.js'
import { InstanceDetail } from './instance-detail.js'

const { unavailable, ...detail } = InstanceDetail.properties

export const TopInstance = Type.Object({
  ...detail,
  usage: Type.Number({
    minimum: 0, description: 'The usage that it is ranked by: in percent, or in KiB/s', examples: [3]
  })
}, { $id: 'TopInstance', description: 'An instance of a ranking; a usage that it is not ranked by is null' })
export type TopInstance = Static<typeof TopInstance>

const rankings = ['cpuUsage', 'memoryUsage', 'networkIo', 'diskRead', 'diskWrite'] as const
const orders = ['desc', 'asc'] as const

export const TopInstances = Type.Object({
  by: OneOf(rankings, { description: 'The usage that they are ranked by', examples: ['cpuUsage'] }),
  order: OneOf(orders, { description: 'Whether the busiest come first (`desc`)', examples: ['desc'] }),
  metric: Type.Array(RefTo(TopInstance), {
    description: 'The instances', examples: [[exampleOf(TopInstance)]]
  }),
  approximate: Type.Optional(Type.Boolean({
    description: 'Present where another instance may belong among them: the metrics store finds candidates ' +
      'by a rounded percentage, or computes rates over some minutes',
    examples: [true]
  })),
  unavailable: Type.Optional(Type.Array(OneOf(['identity']), {
    description: 'Present while Keystone cannot be read: names of projects may be null'
  }))
}, { $id: 'TopInstances', description: 'The busiest instances, or the idlest ones' })
export type TopInstances = Static<typeof TopInstances>

export const TopQuery = Type.Object({
  by: OneOf(rankings, {
    description: 'The usage: CPU or memory in percent, or bytes (`in` and `out` together) in KiB/s',
    examples: ['cpuUsage']
  }),
  order: Type.Optional(OneOf(orders, {
    description: '`asc` finds the idlest instances. `desc` unless given', examples: ['desc']
  })),
  limit: Type.Optional(Type.Integer({
    minimum: 1, maximum: 100, description: 'How many instances; 10 unless given', examples: [10]
  })),
  projectId: Type.Optional(
    Id('Only instances of this project', 'da9572dd8c0a4857aa12d9c4cbb76306')
  )
}, { additionalProperties: false })
export type TopQuery = Static<typeof TopQuery>
