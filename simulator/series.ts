import type { Instance } from './instances.js'
import { scramble, share } from './random.js'

export const sampleSeconds = 15
const samplesADay = 86400 / sampleSeconds

/** The value of the kth sample, counted from 1970 in steps of 15 s: pure, so no sample is ever stored. */
export type Sampler = (k: number) => number

interface Measurement {
  devices (instance: Instance): string[]
  sampler (instance: Instance, seed: number): Sampler
}

const tenths = (value: number) => Math.round(value * 10) / 10

// How busy something is, 0 to about 1.2: more by day than by night, uneven from minute to minute, with rare bursts.
function activity (seed: number): Sampler {
  const night = 0.1 + 0.1 * share(seed, -1)
  return (k) => {
    const daily = 0.5 - 0.5 * Math.cos(2 * Math.PI * (k / samplesADay - night))
    const slow = share(seed ^ 0x51ed27, Math.floor(k / 32))
    const burst = share(seed ^ 0x2c1b3c, Math.floor(k / 20)) < 0.03 ? 0.4 : 0
    return 0.5 * daily + 0.2 * slow + 0.1 * share(seed, k) + burst
  }
}

const whole = (): string[] => ['']
const inMiB = ({ percentOnly }: Instance): string[] => percentOnly ? [] : ['']
const disks = ({ disks }: Instance): string[] => disks

// A tap device for each network, named for the port behind it as Neutron names them.
const taps = ({ seed, addresses }: Instance): string[] => [...new Set(addresses.map(({ network }) => network))]
  .map((_, n) => `tap${scramble(seed, 200 + n).toString(16).padStart(8, '0')}-${n}f`)

// What is used stays within 0.9 and about 1.14 times the instance's usual share.
const freeMiB = ({ load, flavor }: Instance, seed: number): Sampler => {
  const busy = activity(seed)
  return (k) => Math.round(flavor.ram * (1 - load.memory * (0.9 + 0.2 * busy(k))))
}

const rate = (most: (instance: Instance) => number): Measurement['sampler'] => (instance, seed) => {
  const bytes = most(instance)
  const busy = activity(seed)
  return (k) => Math.round(bytes * busy(k) ** 2)
}

const packets = (most: (instance: Instance) => number): Measurement['sampler'] => (instance, seed) => {
  const bytes = rate(most)(instance, seed)
  return (k) => tenths(bytes(k) / (500 + 400 * share(seed, ~k)))
}

/** Every measurement there is, by the name that the Monasca agent gives it; the rates are each device's own. */
export const measurements: Record<string, Measurement> = {
  'cpu.utilization_norm_perc': {
    devices: whole,
    sampler: ({ load }, seed) => {
      const busy = activity(seed)
      return (k) => tenths(Math.min(100, load.cpu + load.swing * busy(k)))
    }
  },
  'mem.total_mb': { devices: inMiB, sampler: ({ flavor }) => () => flavor.ram },
  'mem.free_mb': { devices: inMiB, sampler: freeMiB },
  'mem.free_perc': {
    devices: whole,
    sampler: (instance, seed) => {
      const free = freeMiB(instance, seed)
      return (k) => tenths(100 * free(k) / instance.flavor.ram)
    }
  },
  'io.read_bytes_sec': { devices: disks, sampler: rate(({ load }) => load.disk) },
  'io.write_bytes_sec': { devices: disks, sampler: rate(({ load }) => load.disk / 2) },
  'net.in_bytes_sec': { devices: taps, sampler: rate(({ load }) => load.net) },
  'net.out_bytes_sec': { devices: taps, sampler: rate(({ load }) => load.net * 1.6) },
  'net.in_packets_sec': { devices: taps, sampler: packets(({ load }) => load.net) },
  'net.out_packets_sec': { devices: taps, sampler: packets(({ load }) => load.net * 1.6) }
}

// Measurements that tell of one thing in two ways, as bytes and packets do, begin alike: so they agree.
const kinds = ['cpu', 'mem', 'io.read', 'io.write', 'net.in', 'net.out']

/** The devices that this instance has the measurement of; one without a name where it is of the whole, none where it has none. */
export const devicesOf = (instance: Instance, name: string): string[] => measurements[name]?.devices(instance) ?? []

/** One sampler for each of those. */
export function samplersOf (instance: Instance, name: string): Sampler[] {
  const kind = kinds.findIndex((prefix) => name.startsWith(prefix))
  return devicesOf(instance, name).map((_, n) => measurements[name]!.sampler(instance, scramble(instance.seed, 10 * kind + n)))
}

/** The first and the last sample that an instance has at a time (ms): thirty days are kept, and only of what runs. */
export function keptSamples (instance: Instance, now: number): { first: number, last: number } {
  const last = Math.floor(now / 1000 / sampleSeconds)
  if (instance.status !== 'ACTIVE') return { first: last, last: last - 1 }
  return { first: Math.max(Math.ceil(instance.launched! / sampleSeconds), last - 30 * samplesADay), last }
}
