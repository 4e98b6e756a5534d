import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { serverOrders, serverStates } from '#lib/openstack/servers.js'
import { Address, exampleOf, Id, NamePart, Nullable, OneOf, PageLimit, RefTo } from './common.js'

const time = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}'
const percent = (what: string, example: number) =>
  Nullable(Type.Number(), {
    description: `${what} in percent, by the newest sample; null where none is recent enough`,
    examples: [example]
  })

export const Instance = Type.Object({
  instance_id: Type.String({ description: 'Its id', examples: ['c5e1012f-9455-47ff-bbb7-1cff5e1f9894'] }),
  name: Nullable(Type.String(), { description: 'Its name', examples: ['demo-test'] }),
  address: Type.Array(Type.String(), {
    description: 'Fixed and floating IPs', examples: [['115.68.151.163']]
  }),
  cpuUsage: percent('CPU in use', 3),
  memoryUsage: percent('Memory in use', 41.25),
  vcpus: Nullable(Type.Integer(), { description: 'vCPUs of the flavor', examples: [1] }),
  memory_mb: Nullable(Type.Integer(), { description: 'MiB of memory of the flavor', examples: [512] }),
  disk_gb: Nullable(Type.Integer(), { description: 'GiB of root disk of the flavor', examples: [1] }),
  flavor: Nullable(Type.String(), { description: 'The flavor\'s name', examples: ['m1.tiny'] }),
  state: Nullable(Type.String(), { description: 'Nova\'s status', examples: ['ACTIVE'] }),
  started_at: Nullable(Type.String(), {
    pattern: `^${time}$`,
    description: 'When it was launched, UTC; null before',
    examples: [
      '2017-07-06T04:27:23'
    ]
  }),
  ended_at: Nullable(Type.String(), {
    pattern: `^(${time})?$`, description: 'When it was terminated, UTC; empty while it exists', examples: ['']
  }),
  uptime: Nullable(Type.Number(), {
    minimum: 0, description: 'Seconds since `started_at`; null without it', examples: [4226153]
  }),
  tenant_id: Type.String({
    description: 'Id of its project', examples: ['da9572dd8c0a4857aa12d9c4cbb76306']
  }),
  zone: Nullable(Type.String(), {
    description: 'Its availability zone; null without one', examples: ['nova']
  })
}, { $id: 'Instance', description: 'An instance with its latest usage; null is unknown' })
export type Instance = Static<typeof Instance>

export const InstancePage = Type.Object({
  metric: Type.Array(RefTo(Instance), {
    description: 'The page\'s instances, in the requested order', examples: [[exampleOf(Instance)]]
  }),
  projectId: Type.String({
    description: 'The requested project', examples: ['da9572dd8c0a4857aa12d9c4cbb76306']
  }),
  totalCnt: Type.Integer({
    minimum: 0, description: 'How many instances match, on all pages together', examples: [1]
  }),
  unavailable: Type.Optional(Type.Array(OneOf(['metrics']), {
    description: 'Present while the metrics store cannot be read: usages may be null'
  }))
}, { $id: 'InstancePage', description: 'A page of a project\'s instances' })
export type InstancePage = Static<typeof InstancePage>

export const ProjectParams = Type.Object({
  projectId: Id('Id of the project', 'da9572dd8c0a4857aa12d9c4cbb76306')
})

export const State = OneOf(serverStates, {
  description: 'Only instances that Nova lists for this status; `ACTIVE` includes those that are rebooting',
  examples: ['ACTIVE']
})

export const InstancesQuery = Type.Object({
  limit: PageLimit,
  marker: Type.Optional(
    Id(
      'Id of the last instance of the previous page, which had the same `sort`',
      'c5e1012f-9455-47ff-bbb7-1cff5e1f9894'
    )
  ),
  hostname: Type.Optional(NamePart('Only instances with this in their name, in any case', 'demo')),
  sort: Type.Optional(OneOf(Object.keys(serverOrders) as Array<keyof typeof serverOrders>, {
    description: 'The order: by creation or by name, each descending with `-`. Newest first unless given',
    examples: ['name']
  })),
  state: Type.Optional(State),
  address: Type.Optional(Address)
}, { additionalProperties: false })
export type InstancesQuery = Static<typeof InstancesQuery>
