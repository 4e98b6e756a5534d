import type { Flavor } from './flavors.js'
import { share } from './random.js'

export interface Address {
  network: string
  addr: string
  type: 'fixed' | 'floating'
}

/** How busy an instance is: percent of CPU at rest and added at most, share of memory, bytes a second at most. */
export interface Load {
  cpu: number
  swing: number
  memory: number
  disk: number
  net: number
}

export interface Instance {
  id: string
  name: string
  projectId: string
  userId: string
  flavor: Flavor
  status: 'ACTIVE' | 'SHUTOFF' | 'ERROR'
  created: number           // unix seconds
  launched: number | null   // unix seconds; null where no host ever took it
  addresses: Address[]
  seed: number              // what its samples are scrambled with
  disks: string[]
  percentOnly: boolean      // its agent sends mem.free_perc, and not the two in MiB
  load: Load
}

type Given = Pick<Instance, 'id' | 'name' | 'projectId' | 'userId' | 'flavor' | 'created' | 'addresses'>

/** An instance from what is given; the rest follows from its id, so it is the same at every start. */
export function describeInstance (given: Given & Partial<Instance>): Instance {
  const seed = Number.parseInt(given.id.slice(0, 8), 16)
  return {
    status: 'ACTIVE',
    launched: given.created + 4,
    seed,
    disks: share(seed, 1) < 0.3 ? ['vda', 'vdb'] : ['vda'],
    percentOnly: share(seed, 2) < 0.06,
    load: {
      cpu: 1 + 12 * share(seed, 3),
      swing: 8 + 75 * share(seed, 4) ** 2,
      memory: 0.2 + 0.6 * share(seed, 5),
      disk: 20_000 + 6_000_000 * share(seed, 6) ** 3,
      net: 8_000 + 3_000_000 * share(seed, 7) ** 3
    },
    ...given
  }
}

/** The fixed address of the nth instance of the cloud. */
export function fixedAddress (network: string, n: number): Address {
  return { network, addr: `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`, type: 'fixed' }
}

/** The floating address of the nth instance, from the block that is set aside for benchmarks (RFC 2544). */
export function floatingAddress (network: string, n: number): Address {
  return { network, addr: `198.18.${n >> 8 & 255}.${n & 255}`, type: 'floating' }
}
