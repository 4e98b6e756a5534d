import type { Values } from '#lib/metrics/combine.js'
import { asIs, kibibytes } from '#lib/metrics/profile.js'
import type { Metric } from '#lib/metrics/usages.js'

export interface MeasurementMapping {
  measurements: string[]
  /** Whether each device has samples of its own, to be summed. */
  perDevice: boolean
  /** The usage that the values mean; `undefined` where they are not enough. */
  usage: (values: Values) => number | undefined
}

/**
 * In percent: from the megabytes where both are known, else from the percentage that later agents send
 * instead.
 */
const memory = ([free, total, freePercent]: Values) => {
  if (free !== undefined && total !== undefined && total > 0) return 100 - free / total * 100
  return freePercent === undefined ? undefined : 100 - freePercent
}

/**
 * How each metric is read from Monasca's series. The plain names belong to the instance's project; their
 * `vm.` twins belong to the operators. Source: monasca-agent, "Libvirt VM Monitoring".
 */
export const measurementMappings: Record<Metric, MeasurementMapping> = {
  cpu: { measurements: ['cpu.utilization_norm_perc'], perDevice: false, usage: asIs },
  memory: { measurements: ['mem.free_mb', 'mem.total_mb', 'mem.free_perc'], perDevice: false, usage: memory },
  diskRead: { measurements: ['io.read_bytes_sec'], perDevice: true, usage: kibibytes },
  diskWrite: { measurements: ['io.write_bytes_sec'], perDevice: true, usage: kibibytes },
  networkIn: { measurements: ['net.in_bytes_sec'], perDevice: true, usage: kibibytes },
  networkOut: { measurements: ['net.out_bytes_sec'], perDevice: true, usage: kibibytes },
  packetsIn: { measurements: ['net.in_packets_sec'], perDevice: true, usage: asIs },
  packetsOut: { measurements: ['net.out_packets_sec'], perDevice: true, usage: asIs }
}
