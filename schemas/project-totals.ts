import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { quotaSources } from '#lib/openstack/quotas.js'
import { exampleOf, Nullable, OneOf, RefTo } from './common.js'

const count = (description: string, example: number) =>
  Type.Integer({ minimum: 0, description, examples: [example] })

export const QuotaTotal = Type.Object({
  used: Nullable(Type.Integer(), {
    minimum: 0, description: 'The sum of all known usages; null where none is known', examples: [43]
  }),
  limit: Nullable(Type.Integer(), {
    minimum: 0,
    description: 'The sum of all known limits, without the unlimited ones; null where there is none',
    examples: [165]
  }),
  unlimited: count('How many projects have no limit', 0),
  unknown: count('Of how many projects the usage or the limit is unknown', 0)
}, { $id: 'QuotaTotal', description: 'A quota of all projects together' })
export type QuotaTotal = Static<typeof QuotaTotal>

const total = (what: string) =>
  Type.Unsafe<QuotaTotal>({ ...RefTo(QuotaTotal), description: what, examples: [exampleOf(QuotaTotal)] })

const QuotaTotals = Type.Object({
  instances: total('Instances'),
  vcpus: total('vCPUs'),
  memoryMb: total('MiB of memory'),
  floatingIps: total('Floating IPs'),
  securityGroups: total('Security groups'),
  volumeStorage: total('Volumes'),
  volumeStorageGb: total('GiB of volumes')
})

export const ProjectTotals = Type.Object({
  projects: count('How many projects there are', 2),
  enabled: count('How many of them are enabled', 2),
  near: count('How many use 80 % of a limit or more', 0),
  full: count('How many use a limit completely, or exceed it; they count as `near` as well', 0),
  unavailable: Type.Optional(Type.Array(OneOf(Object.values(quotaSources).map(({ upstream }) => upstream)), {
    description: 'The upstreams that could not be read, or have no quota of some project. Absent where ' +
      'there are none'
  })),
  quotas: Type.Object(QuotaTotals.properties, {
    description: 'Each quota of all projects together', examples: [exampleOf(QuotaTotals)]
  })
}, { $id: 'ProjectTotals', description: 'The limits and usages of all projects together' })
export type ProjectTotals = Static<typeof ProjectTotals>
