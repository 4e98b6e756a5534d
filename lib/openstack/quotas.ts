import { Type } from '@sinclair/typebox'
import { jsonParser } from '#lib/cache/codec.js'
import type { Codec } from '#lib/cache/codec.js'
import type { CatalogService } from './catalog.js'

/** A project's limits and usages, as far as they are known. `-1` is an unlimited limit. */
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
  role: Exclude<CatalogService, 'identity'>
  /** The call that answers with limits and usages both; `own` where the token is the project's own. */
  path: (project: string, own: boolean) => string
  /** Where in the answer each number stands. */
  fields: Partial<Record<keyof Quota, string>>
}

/**
 * The one call to each service that tells a project's limits and usages as its quota counts them: nothing is listed to be counted.
 * Sources: Compute API, "Show Rate And Absolute Limits"; Networking API v2.0, "Show quota details for a tenant"; Block Storage
 * API v3, "Show quotas for a project". Nova refuses `tenant_id` to whoever is no admin, even with the token's own project.
 */
export const quotaSources = {
  compute: {
    role: 'compute',
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
    role: 'network',
    path: (project: string) => `/quotas/${project}/details.json`,
    fields: {
      floatingIpsLimit: 'quota.floatingip.limit',
      floatingIpsUsed: 'quota.floatingip.used',
      securityGroupsLimit: 'quota.security_group.limit',
      securityGroupsUsed: 'quota.security_group.used'
    }
  },
  'block-storage': {
    role: 'block-storage',
    path: (project: string) => `/os-quota-sets/${project}?usage=true`,
    fields: {
      volumeStorageLimit: 'quota_set.volumes.limit',
      volumeStorageUsed: 'quota_set.volumes.in_use',
      volumeStorageLimitGb: 'quota_set.gigabytes.limit',
      volumeStorageUsedGb: 'quota_set.gigabytes.in_use'
    }
  }
} satisfies Record<string, QuotaSource>

/** The numbers of one service in its answer; `undefined` where one of them is missing or is no integer. */
export function extractQuota (fields: QuotaSource['fields'], body: unknown): Partial<Quota> | undefined {
  const picked = Object.entries(fields).map(([name, path]) => [name, pick(body, path)] as const)
  return picked.every(([, value]) => Number.isInteger(value)) ? Object.fromEntries(picked) : undefined
}

function pick (body: unknown, path: string) {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body)
}

/** A project's quota at one service, as JSON. */
export const quotaCodec: Codec<Partial<Quota>> = {
  encode: (quota) => Buffer.from(JSON.stringify(quota)),
  decode: jsonParser(Type.Union(Object.values(quotaSources).map(({ fields }) =>
    Type.Object(Object.fromEntries(Object.keys(fields).map((name) => [name, Type.Integer()])), { additionalProperties: false }))))
}
