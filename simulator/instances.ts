import type { Flavor } from './flavors.js'
import { share } from './random.js'

export interface Address {
  network: string
  addr: string
  type: 'fixed' | 'floating'
}

/** The usage that the samples of an instance vary around. */
export interface UsageProfile {
  cpu: number       // percent, when idle
  swing: number     // percent of CPU, added at most
  memory: number    // share 0..1
  disk: number      // bytes a second, at most
  net: number       // bytes a second, at most
}

export interface Instance {
  id: string
  name: string
  projectId: string
  userId: string
  flavor: Flavor
  status: 'ACTIVE' | 'SHUTOFF' | 'ERROR'
  created: number           // unix seconds
  launched: number | null   // unix seconds; null when no host ever ran it
  addresses: Address[]
  seed: number              // makes its samples differ from those of other instances
  disks: string[]
  percentOnly: boolean      // its agent sends mem.free_perc, but not the two metrics in MiB
  usage: UsageProfile
  outage?: Outage
}

/** A time without samples, because the metrics agent was down: from one time until before the other. */
export interface Outage {
  start: number   // unix seconds
  end: number     // unix seconds
}

type RequiredField = 'id' | 'name' | 'projectId' | 'userId' | 'flavor' | 'created' | 'addresses'

/** Completes an instance. The missing fields are derived from its id, so they are the same at every start. */
export function describeInstance (fields: Pick<Instance, RequiredField> & Partial<Instance>): Instance {
  const seed = Number.parseInt(fields.id.slice(0, 8), 16)
  return {
    status: 'ACTIVE',
    launched: fields.created + 4,
    seed,
    disks: share(seed, 1) < 0.3 ? ['vda', 'vdb'] : ['vda'],
    percentOnly: share(seed, 2) < 0.06,
    usage: {
      cpu: 1 + 12 * share(seed, 3),
      swing: 8 + 75 * share(seed, 4) ** 2,
      memory: 0.2 + 0.6 * share(seed, 5),
      disk: 20_000 + 6_000_000 * share(seed, 6) ** 3,
      net: 8_000 + 3_000_000 * share(seed, 7) ** 3
    },
    ...fields
  }
}

/** The host of an instance, which is null when none ever ran it. */
export const hostOf = ({ launched, seed }: Pick<Instance, 'launched' | 'seed'>) =>
  launched === null ? null : `compute-${1 + seed % 12}`

/** The fixed address of the nth instance of the cloud. */
export function fixedAddress (network: string, n: number): Address {
  return { network, addr: `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`, type: 'fixed' }
}

/** The floating address of the nth instance, from the block reserved for benchmarks (RFC 2544). */
export function floatingAddress (network: string, n: number): Address {
  return { network, addr: `198.18.${n >> 8 & 255}.${n & 255}`, type: 'floating' }
}
