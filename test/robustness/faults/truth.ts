import type { Cloud } from '#simulator/cloud.js'
import type { UpstreamName } from '#simulator/simulator.js'
import { usageAt } from './points.js'
import type { Route } from './points.js'

/** All that can be answered, as it is at a time. */
export interface Truth {
  /** By project: its quota's numbers. */
  quotas: Map<string, Record<string, number>>
  /** By project: its instances by their ids. */
  instances: Map<string, Map<string,
  { vcpus: number, memory_mb: number, disk_gb: number, launched: number | null }>>
  /** A bucket of a series, by its start; `undefined` where the instance has none. */
  usage: (instance: string, route: Route, name: string, minute: number) => number | undefined
  /** The present load, `null` where the instance has none. */
  load: (instance: string, route: Route, name: string) => number | null
}

/**
 * @param measured the instances that have series, whose last samples are those of the minute before `end`
 * (unix seconds)
 */
export function truthOf (cloud: Cloud, measured: string[], end: number, version: number): Truth {
  const usage: Truth['usage'] = (instance, route, name, minute) =>
    measured.includes(instance)
      ? usageAt(
        route, name, measured.indexOf(instance), minute, version
      )
      : undefined
  return {
    quotas: new Map([...cloud.projects].map(([id, { limits, used }]) => [id, {
      instancesLimit: limits.instances,
      instancesUsed: used.instances,
      vcpusLimit: limits.vcpus,
      vcpusUsed: used.vcpus,
      memoryMbLimit: limits.memoryMb,
      memoryMbUsed: used.memoryMb,
      floatingIpsLimit: limits.floatingIps,
      floatingIpsUsed: used.floatingIps,
      securityGroupsLimit: limits.securityGroups,
      securityGroupsUsed: used.securityGroups,
      volumeStorageLimit: limits.volumes,
      volumeStorageUsed: used.volumes,
      volumeStorageLimitGb: limits.gigabytes,
      volumeStorageUsedGb: used.gigabytes
    }])),
    instances: new Map([
      ...cloud.instancesByProject
    ].map(([id, instances]) => [id, new Map(instances.map(({ id, flavor, launched }) =>
      [id, { vcpus: flavor.vcpus, memory_mb: flavor.ram, disk_gb: flavor.disk, launched }]))])),
    usage,
    load: (instance, route, name) => usage(instance, route, name, end - 60) ?? null
  }
}

/** Who tells a number of a quota. */
export const tellerOf = (field: string): UpstreamName =>
  /^(?:instances|vcpus|memoryMb)/.test(field)
    ? 'compute'
    : /^(?:floatingIps|securityGroups)/.test(field) ? 'network' : 'block-storage'
