import type { Values } from '#lib/metrics/combine.js'
import { asIs, kibibytes } from '#lib/metrics/profile.js'
import type { Profile, Reading, Source } from '#lib/metrics/profile.js'

const gauge = (name: string): Source => ({ name: `libvirt_domain_${name}`, kind: 'gauge' })

const ofDevices = (name: string, usage: Reading['usage']): Reading => ({
  sources: [{ name: `libvirt_domain_${name}_total`, kind: 'counter', device: 'target_device' }], usage
})

/**
 * In percent of the vCPUs' time. A domain's time includes that of its emulator's threads, and can be longer.
 */
export const cpuPercent = ([seconds, vcpus]: Values) =>
  seconds === undefined || !vcpus ? undefined : 100 * seconds / vcpus

/**
 * In percent, of the memory that the guest has. `usable` includes what the guest can reclaim from its caches;
 * `unused`, which older guests report alone, does not. Without a balloon driver nothing is known.
 */
export const memoryPercent = ([usable, unused, available]: Values) => {
  const free = usable ?? unused
  return free === undefined || !available ? undefined : 100 - 100 * free / available
}

/** The readings of three exporters that share their names. Source: the /metrics of each. */
export const libvirtDomain: Profile['readings'] = {
  cpu: {
    sources: [
      { name: 'libvirt_domain_info_cpu_time_seconds_total', kind: 'counter' }, gauge('info_virtual_cpus')
    ],
    usage: cpuPercent
  },
  diskRead: ofDevices('block_stats_read_bytes', kibibytes),
  diskWrite: ofDevices('block_stats_write_bytes', kibibytes),
  networkIn: ofDevices('interface_stats_receive_bytes', kibibytes),
  networkOut: ofDevices('interface_stats_transmit_bytes', kibibytes),
  packetsIn: ofDevices('interface_stats_receive_packets', asIs),
  packetsOut: ofDevices('interface_stats_transmit_packets', asIs)
}

export const libvirtDomainMemory: Profile['readings'] = {
  memory: {
    sources: ['usable', 'unused', 'available'].map((name) => gauge(`memory_stats_${name}_bytes`)),
    usage: memoryPercent
  }
}
