import type { Cloud } from '#simulator/cloud.js'
import type { UpstreamName } from '#simulator/simulator.js'
import { usageAt } from './points.js'
import type { Route } from './points.js'

/** The true values at one time, with which responses are compared. */
export interface Truth {
  /** Quota numbers of each project. */
  quotas: Map<string, Record<string, number>>
  /** Instances of each project, by id. */
  instances: Map<string, Map<string, TrueInstance>>
  /** A bucket of a series, by its start in unix seconds; `undefined` if the instance has no samples. */
  usage: (instance: string, route: Route, name: string, minute: number) => number | undefined
  /**
   * The latest sample by a clock, in unix milliseconds, or `null` if the instance has none; and the one
   * before, for a response that is a little older.
   */
  latest: (instance: string, route: Route, name: string, clock: number) => Array<number | null>
}

interface TrueInstance { vcpus: number, memory_mb: number, disk_gb: number, launched: number | null }

/**
 * @param measured the instances with samples
 * @param maxAheadSeconds by which the latest sample may be ahead of a clock
 */
export function truthOf (
  cloud: Cloud, measured: string[], version: number, maxAheadSeconds: number
): Truth {
  const usage: Truth['usage'] = (instance, route, name, minute) => {
    if (!measured.includes(instance)) return undefined
    return usageAt(route, name, measured.indexOf(instance), minute, version)
  }
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
    instances: new Map([...cloud.instancesByProject].map(([id, instances]) =>
      [id, new Map(instances.map(({ id, flavor, launched }) =>
        [id, { vcpus: flavor.vcpus, memory_mb: flavor.ram, disk_gb: flavor.disk, launched }]))])),
    usage,
    latest (instance, route, name, clock) {
      const newest = Math.floor((clock / 1000 + maxAheadSeconds) / 60) * 60
      return [newest, newest - 60].map((minute) => usage(instance, route, name, minute) ?? null)
    }
  }
}

/** The upstream of a quota number. */
export function upstreamOf (field: string): UpstreamName {
  if (/^(?:instances|vcpus|memoryMb)/.test(field)) return 'compute'
  return /^(?:floatingIps|securityGroups)/.test(field) ? 'network' : 'block-storage'
}
