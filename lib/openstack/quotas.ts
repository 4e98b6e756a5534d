import { Type } from '@sinclair/typebox'
import { jsonParser } from '#lib/cache/codec.js'
import type { Codec } from '#lib/cache/codec.js'
import type { CatalogService } from './catalog.js'

/** A project's limits and usages. `-1` is an unlimited limit. */
export interface Quota {
  instancesLimit: number
  instancesUsed: number
  vcpusLimit: number
  vcpusUsed: number
  memoryMbLimit: number
  memoryMbUsed: number
  floatingIpsLimit: number
  floatingIpsUsed: number
  securityGroupsLimit: number
  securityGroupsUsed: number
  volumeStorageLimit: number
  volumeStorageUsed: number
  volumeStorageLimitGb: number
  volumeStorageUsedGb: number
}

export interface QuotaSource {
  upstream: Exclude<CatalogService, 'identity'>
  /** The request that returns limits and usages both; `own` where the token is the project's own. */
  path: (project: string, own: boolean) => string
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
    fields: {
      volumeStorageLimit: 'quota_set.volumes.limit',
      volumeStorageUsed: 'quota_set.volumes.in_use',
      volumeStorageLimitGb: 'quota_set.gigabytes.limit',
      volumeStorageUsedGb: 'quota_set.gigabytes.in_use'
    }
  }
} satisfies Record<string, QuotaSource>

/**
 * The numbers of one service in its response.
 * @returns `undefined` where one of them is missing or is no integer
 */
export function extractQuota (fields: QuotaSource['fields'], body: unknown): Partial<Quota> | undefined {
  const entries = Object.entries(fields).map(([name, path]) => [name, valueAt(body, path)] as const)
  return entries.every(([, value]) => Number.isInteger(value)) ? Object.fromEntries(entries) : undefined
}

function valueAt (body: unknown, path: string) {
  return path.split('.').reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key], body
  )
}

/** A project's quota at one service, as JSON. */
export const quotaCodec: Codec<Partial<Quota>> = {
  encode: (quota) => Buffer.from(JSON.stringify(quota)),
  decode: jsonParser(Type.Union(Object.values(quotaSources).map(({ fields }) =>
    Type.Object(Object.fromEntries(Object.keys(fields).map((name) => [name, Type.Integer()])), {
      additionalProperties: false
    }))))
}
