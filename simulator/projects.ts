import type { Instance } from './instances.js'

/** The resources with a quota; `memoryMb` in MiB, `gigabytes` in GiB. */
export type Resource =
  'instances' | 'vcpus' | 'memoryMb' | 'floatingIps' | 'securityGroups' | 'volumes' | 'gigabytes'
export type Amounts = Record<Resource, number>

export interface Domain {
  id: string
  name: string
  description: string
}

export interface Project {
  id: string
  name: string
  description: string
  enabled: boolean
  domainId: string
  limits: Amounts   // -1 is unlimited
  used: Amounts
}

/** The default limits. The services also return them for projects that do not exist. */
export const defaultLimits: Amounts = {
  instances: 10, vcpus: 20, memoryMb: 51200, floatingIps: 50, securityGroups: 10, volumes: 10, gigabytes: 1000
}

export const zeroUsage: Amounts = {
  instances: 0, vcpus: 0, memoryMb: 0, floatingIps: 0, securityGroups: 0, volumes: 0, gigabytes: 0
}

type Counted = 'instances' | 'vcpus' | 'memoryMb' | 'floatingIps'

/** The usage of a project's instances, counted as the quotas do: in any status, including ERROR. */
export function countUsage (instances: Instance[]): Pick<Amounts, Counted> {
  const used = { instances: instances.length, vcpus: 0, memoryMb: 0, floatingIps: 0 }
  for (const { flavor, addresses } of instances) {
    used.vcpus += flavor.vcpus
    used.memoryMb += flavor.ram
    used.floatingIps += addresses.filter(({ type }) => type === 'floating').length
  }
  return used
}
