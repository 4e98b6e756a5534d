import type { Instance } from './instances.js'
import { scramble, share } from './random.js'

export const sampleSeconds = 15
const samplesADay = 86400 / sampleSeconds

/** The value of the kth sample since 1970, one every 15 s. It is a pure function: no sample is stored. */
export type Sampler = (k: number) => number

interface Measurement {
  devices (instance: Instance): string[]
  sampler (instance: Instance, seed: number): Sampler
}

const tenths = (value: number) => Math.round(value * 10) / 10

// Activity from 0 to about 1.2: higher by day than by night, varying from minute to minute, with rare bursts.
function activity (seed: number): Sampler {
  const night = 0.1 + 0.1 * share(seed, -1)
  return (k) => {
    const daily = 0.5 - 0.5 * Math.cos(2 * Math.PI * (k / samplesADay - night))
    const slow = share(seed ^ 0x51ed27, Math.floor(k / 32))
    const burst = share(seed ^ 0x2c1b3c, Math.floor(k / 20)) < 0.03 ? 0.4 : 0
    return 0.5 * daily + 0.2 * slow + 0.1 * share(seed, k) + burst
  }
}

const singleUnnamedDevice = (): string[] => ['']
const devicesOfMiBMetrics = ({ percentOnly }: Instance): string[] => percentOnly ? [] : ['']
const diskDevices = ({ disks }: Instance): string[] => disks

// One tap device per network, named after its port as Neutron does.
const tapDevices = ({ seed, addresses }: Instance): string[] =>
  [...new Set(addresses.map(({ network }) => network))]
    .map((_, n) => `tap${scramble(seed, 200 + n).toString(16).padStart(8, '0')}-${n}f`)

// The used share stays between 0.9 and about 1.14 times the instance's usual share.
const freeMiB = ({ usage, flavor }: Instance, seed: number): Sampler => {
  const busy = activity(seed)
  return (k) => Math.round(flavor.ram * (1 - usage.memory * (0.9 + 0.2 * busy(k))))
}

const rate = (maxBytesOf: (instance: Instance) => number): Measurement['sampler'] => (instance, seed) => {
  const maxBytes = maxBytesOf(instance)
  const busy = activity(seed)
  return (k) => Math.round(maxBytes * busy(k) ** 2)
}

const packets = (maxBytesOf: (instance: Instance) => number): Measurement['sampler'] => (instance, seed) => {
  const bytes = rate(maxBytesOf)(instance, seed)
  return (k) => tenths(bytes(k) / (500 + 400 * share(seed, ~k)))
}

/** All measurements, by their names in the Monasca agent. Rates are per device. */
export const measurements: Record<string, Measurement> = {
  'cpu.utilization_norm_perc': {
    devices: singleUnnamedDevice,
    sampler: ({ usage }, seed) => {
      const busy = activity(seed)
      return (k) => tenths(Math.min(100, usage.cpu + usage.swing * busy(k)))
    }
  },
  'mem.total_mb': { devices: devicesOfMiBMetrics, sampler: ({ flavor }) => () => flavor.ram },
  'mem.free_mb': { devices: devicesOfMiBMetrics, sampler: freeMiB },
  'mem.free_perc': {
    devices: singleUnnamedDevice,
    sampler: (instance, seed) => {
      const free = freeMiB(instance, seed)
      return (k) => tenths(100 * free(k) / instance.flavor.ram)
    }
  },
  'io.read_bytes_sec': { devices: diskDevices, sampler: rate(({ usage }) => usage.disk) },
  'io.write_bytes_sec': { devices: diskDevices, sampler: rate(({ usage }) => usage.disk / 2) },
  'net.in_bytes_sec': { devices: tapDevices, sampler: rate(({ usage }) => usage.net) },
  'net.out_bytes_sec': { devices: tapDevices, sampler: rate(({ usage }) => usage.net * 1.6) },
  'net.in_packets_sec': { devices: tapDevices, sampler: packets(({ usage }) => usage.net) },
  'net.out_packets_sec': { devices: tapDevices, sampler: packets(({ usage }) => usage.net * 1.6) }
}

// Measurements with the same prefix share a seed, so that bytes and packets of one direction agree.
const kinds = ['cpu', 'mem', 'io.read', 'io.write', 'net.in', 'net.out']

/**
 * The devices for which an instance has a measurement: one without a name when the measurement is of the
 * whole instance, none when the instance does not have it.
 */
export const devicesOf = (instance: Instance, name: string): string[] =>
  measurements[name]?.devices(instance) ?? []

/** One sampler per device, in the order of `devicesOf`. */
export function samplersOf (instance: Instance, name: string): Sampler[] {
  const kind = kinds.findIndex((prefix) => name.startsWith(prefix))
  const { sampler } = measurements[name] ?? {}
  return devicesOf(instance, name).map((_, n) => sampler!(instance, scramble(instance.seed, 10 * kind + n)))
}

/**
 * The numbers of the first and the last stored sample of an instance. Samples are stored for thirty days, and
 * only of running instances: without samples, `last` is less than `first`.
 * @param now milliseconds
 */
export function storedSampleRange (instance: Instance, now: number): { first: number, last: number } {
  const last = Math.floor(now / 1000 / sampleSeconds)
  if (instance.status !== 'ACTIVE') return { first: last, last: last - 1 }
  return { first: Math.max(Math.ceil(instance.launched! / sampleSeconds), last - 30 * samplesADay), last }
}

/** Whether the agent of an instance sent the kth sample. */
export function isSent ({ outage }: Instance, k: number): boolean {
  const time = k * sampleSeconds
  return outage === undefined || time < outage.start || time >= outage.end
}

/** The number of the newest sample up to the kth that the agent of an instance sent. */
export const lastSent = (instance: Instance, k: number): number =>
  isSent(instance, k) ? k : Math.ceil(instance.outage!.start / sampleSeconds) - 1
