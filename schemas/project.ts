import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { quotaSources } from '#lib/openstack/quotas.js'
import { Id, NamePart, Nullable, OneOf, PageLimit } from './common.js'

const limit = (what: string, example: number) =>
  Nullable(Type.Integer(), {
    minimum: -1, description: `${what} allowed; -1 is unlimited, null is unknown`, examples: [example]
  })
const used = (what: string, example: number) =>
  Nullable(Type.Integer(), {
    minimum: 0,
    description: `${what} in use, as the quota counts them; null is unknown`,
    examples: [example]
  })

export const ProjectSummary = Type.Object({
  id: Type.String({ description: 'The project\'s id', examples: ['da9572dd8c0a4857aa12d9c4cbb76306'] }),
  name: Nullable(Type.String(), { description: 'Its name; null is unknown', examples: ['demo'] }),
  description: Type.String({ description: 'Its description in Keystone; may be empty', examples: [''] }),
  enabled: Type.Boolean({ description: 'Whether it is enabled', examples: [true] }),
  instancesLimit: limit('Instances', 15),
  instancesUsed: used('Instances', 1),
  vcpusLimit: limit('vCPUs', 50),
  vcpusUsed: used('vCPUs', 1),
  memoryMbLimit: limit('MiB of memory', 10240),
  memoryMbUsed: used('MiB of memory', 512),
  floatingIpsLimit: limit('Floating IPs', 2),
  floatingIpsUsed: used('Floating IPs', 0),
  securityGroupsLimit: limit('Security groups', 5),
  securityGroupsUsed: used('Security groups', 2),
  volumeStorageLimit: limit('Volumes', 10),
  volumeStorageUsed: used('Volumes', 0),
  volumeStorageLimitGb: limit('GiB of volumes', 100),
  volumeStorageUsedGb: used('GiB of volumes', 0),
  unavailable: Type.Optional(Type.Array(OneOf(Object.values(quotaSources).map(({ upstream }) => upstream)), {
    description: 'The upstreams that could not be read, or have no quota of the project: their numbers ' +
      'are null. Absent where there are none'
  }))
}, { $id: 'ProjectSummary', description: 'A project with its limits and usages' })
export type ProjectSummary = Static<typeof ProjectSummary>

export const SummaryQuery = Type.Object({
  projectName: Type.Optional(NamePart('Only projects with this in their name, in any case', 'demo')),
  limit: Type.Optional(PageLimit),
  marker: Type.Optional(
    Id(
      'Id of the last project of the previous page, which had the same `sort`',
      'da9572dd8c0a4857aa12d9c4cbb76306'
    )
  ),
  sort: Type.Optional(OneOf(['name', '-name', 'fullest', '-fullest'], {
    description: 'The order: by name, or by the greatest share of a limit that is in use, each descending ' +
      'with `-`. Projects without a known share come last. By name unless given',
    examples: ['-fullest']
  })),
  nearLimit: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'Only projects that use this many percent of a limit or more',
    examples: [80]
  }))
}, { additionalProperties: false })
export type SummaryQuery = Static<typeof SummaryQuery>
