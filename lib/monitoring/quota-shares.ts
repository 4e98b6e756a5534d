import type { ProjectSummary } from '#schemas/project.js'

/** Each quota of a summary, with the properties of its usage and its limit. */
export const quotaFields = {
  instances: { used: 'instancesUsed', limit: 'instancesLimit' },
  vcpus: { used: 'vcpusUsed', limit: 'vcpusLimit' },
  memoryMb: { used: 'memoryMbUsed', limit: 'memoryMbLimit' },
  floatingIps: { used: 'floatingIpsUsed', limit: 'floatingIpsLimit' },
  securityGroups: { used: 'securityGroupsUsed', limit: 'securityGroupsLimit' },
  volumeStorage: { used: 'volumeStorageUsed', limit: 'volumeStorageLimit' },
  volumeStorageGb: { used: 'volumeStorageUsedGb', limit: 'volumeStorageLimitGb' }
} as const satisfies Record<string, Record<'used' | 'limit', keyof ProjectSummary>>

export type QuotaName = keyof typeof quotaFields

/**
 * The share of its limits that a project uses most of, in percent; 100 for any usage of a limit of 0.
 * @returns `undefined` where every limit is unlimited or 0, or a number of each quota is unknown
 */
export function greatestShare (summary: ProjectSummary): number | undefined {
  const shares = Object.values(quotaFields).flatMap((fields) => {
    const [used, limit] = [summary[fields.used], summary[fields.limit]]
    return used === null || limit === null || limit < 0 || (limit === 0 && used === 0)
      ? []
      : limit === 0 ? 100 : 100 * used / limit
  })
  return shares.length === 0 ? undefined : Math.max(...shares)
}
