import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { jsonParser } from '#lib/cache/codec.js'
import type { Codec } from '#lib/cache/codec.js'
import type { CatalogService } from './catalog.js'

/** A project's limits and usages. `-1` is an unlimited limit, and null is unknown. */
export interface Quota {
  instancesLimit: number | null
  instancesUsed: number | null
  vcpusLimit: number | null
  vcpusUsed: number | null
  memoryMbLimit: number | null
  memoryMbUsed: number | null
  floatingIpsLimit: number | null
  floatingIpsUsed: number | null
  securityGroupsLimit: number | null
  securityGroupsUsed: number | null
  volumeStorageLimit: number | null
  volumeStorageUsed: number | null
  volumeStorageLimitGb: number | null
  volumeStorageUsedGb: number | null
}

export interface QuotaSource {
  upstream: Exclude<CatalogService, 'identity'>
  /** The request that returns limits and usages both; `own` where the token is the project's own. */
  path: (project: string, own: boolean) => string
  /** Statuses of the service itself, and of no proxy, without the extension for quotas. */
  absent: number[]
  /** The path to each number in the response. */
  fields: Partial<Record<keyof Quota, string>>
}

/**
 * One request to each service returns a project's limits and usages as its quota counts them. Nothing is
 * listed to be counted. Nova rejects `tenant_id` from a credential that is no admin's, even with the token's
 * own project. Sources: Compute API, "Show Rate And Absolute Limits"; Networking API v2.0, "Show quota
 * details for a tenant"; Block Storage API v3, "Show quotas for a project".
 */
export const quotaSources = {
  compute: {
    upstream: 'compute',
    path: (project: string, own: boolean) => own ? '/limits' : `/limits?tenant_id=${project}`,
    absent: [],
    fields: {
      instancesLimit: 'limits.absolute.maxTotalInstances',
      instancesUsed: 'limits.absolute.totalInstancesUsed',
      vcpusLimit: 'limits.absolute.maxTotalCores',
      vcpusUsed: 'limits.absolute.totalCoresUsed',
      memoryMbLimit: 'limits.absolute.maxTotalRAMSize',
      memoryMbUsed: 'limits.absolute.totalRAMUsed'
    }
  },
  network: {
    upstream: 'network',
    path: (project: string) => `/quotas/${project}/details.json`,
    absent: [404],
    fields: {
      floatingIpsLimit: 'quota.floatingip.limit',
      floatingIpsUsed: 'quota.floatingip.used',
      securityGroupsLimit: 'quota.security_group.limit',
      securityGroupsUsed: 'quota.security_group.used'
    }
  },
  'block-storage': {
    upstream: 'block-storage',
    path: (project: string) => `/os-quota-sets/${project}?usage=true`,
    absent: [404],
    fields: {
      volumeStorageLimit: 'quota_set.volumes.limit',
      volumeStorageUsed: 'quota_set.volumes.in_use',
      volumeStorageLimitGb: 'quota_set.gigabytes.limit',
      volumeStorageUsedGb: 'quota_set.gigabytes.in_use'
    }
  }
} satisfies Record<string, QuotaSource>

/** A quota of which nothing is known. */
export const unknownQuota = Object.fromEntries(Object.values(quotaSources).flatMap(({ fields }) =>
  Object.keys(fields).map((field) => [field, null]))) as Record<keyof Quota, null>

/**
 * The numbers of one service in its response; each that is missing is null. Neutron has no `floatingip`
 * without its router extension.
 * @returns `undefined` where all are missing
 */
export function extractQuota (fields: QuotaSource['fields'], body: unknown): Partial<Quota> | undefined {
  const entries = Object.entries(fields).map(([name, path]) => [name, toAmount(name, valueAt(body, path))])
  return entries.some(([, value]) => value !== null) ? Object.fromEntries(entries) : undefined
}

/** A negative limit is none. A negative usage is unknown: Nova without quotas (its `NoopQuotaDriver`). */
function toAmount (name: string, value: unknown) {
  if (!Number.isInteger(value)) return null
  const amount = value as number
  return amount >= 0 ? amount : name.includes('Limit') ? -1 : null
}

function valueAt (body: unknown, path: string) {
  return path.split('.').reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key], body
  )
}

/**
 * Why a project has no quota at a service, for as long as the cloud stays as it is: the cloud lacks the
 * `service` or its quotas, or the credential has no token of the `project`, such as of a disabled one.
 */
const Lack = Type.Union([Type.Literal('service'), Type.Literal('project')])
export type QuotaOrLack = Partial<Quota> | Static<typeof Lack>

const Amount = Type.Union([Type.Integer(), Type.Null()])

/** A project's quota at one service, or the lack of it, as JSON. */
export const quotaCodec: Codec<QuotaOrLack> = {
  encode: (quota) => Buffer.from(JSON.stringify(quota)),
  decode: jsonParser(Type.Union([Lack, ...Object.values(quotaSources).map(({ fields }) =>
    Type.Object(Object.fromEntries(Object.keys(fields).map((name) => [name, Amount])), {
      additionalProperties: false
    }))]))
}
