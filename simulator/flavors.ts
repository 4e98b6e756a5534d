export interface Flavor {
  id: string
  name: string
  vcpus: number
  ram: number   // MiB
  disk: number  // GiB
}

const flavor = (id: string, name: string, vcpus: number, ram: number, disk: number): Flavor =>
  ({ id, name, vcpus, ram, disk })

export const tiny = flavor('1', 'm1.tiny', 1, 512, 1)
export const small = flavor('2', 'm1.small', 1, 2048, 20)
export const medium = flavor('3', 'm1.medium', 2, 4096, 40)
export const large = flavor('4', 'm1.large', 4, 8192, 80)
export const roomy = flavor('5', 'r1.medium', 2, 8192, 40)

/** No host has a disk of this size, so a server with this flavor ends in ERROR and is never launched. */
export const impossible = flavor('9', 'm1.impossible', 1, 512, 900000)
