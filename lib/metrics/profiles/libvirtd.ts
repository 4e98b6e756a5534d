import { asIs, kibibytes } from '#lib/metrics/profile.js'
import type { Profile, Reading, Source } from '#lib/metrics/profile.js'
import { memoryPercent } from './libvirt-domain.js'

const ofDevices = (name: string, device: string, usage: Reading['usage']): Reading => ({
  sources: [{ name: `libvirtd_domain_${name}`, kind: 'counter', device }], usage
})

const vcpuTime: Source = {
  name: 'libvirtd_domain_vcpu_time', kind: 'counter', device: 'vcpu', devices: 'mean'
}

/** The project needs `--libvirt.nova`. Source: github.com/vexxhost/libvirtd_exporter. */
export const libvirtd: Profile = {
  name: 'libvirtd',
  shows: { name: 'libvirtd_domain_vcpu_time' },
  instance: 'uuid',
  project: 'project_id',
  info: 'libvirtd_domain_seconds',
  readings: {
    cpu: { sources: [vcpuTime], usage: ([nanoseconds]) => nanoseconds! / 1e9 * 100 },
    memory: {
      sources: ['usable', 'unused', 'available'].map(
        (name) => ({ name: `libvirtd_domain_balloon_${name}`, kind: 'gauge' })
      ),
      usage: memoryPercent
    },
    diskRead: ofDevices('block_read_bytes', 'device', kibibytes),
    diskWrite: ofDevices('block_write_bytes', 'device', kibibytes),
    networkIn: ofDevices('net_rx_bytes', 'interface', kibibytes),
    networkOut: ofDevices('net_tx_bytes', 'interface', kibibytes),
    packetsIn: ofDevices('net_rx_packets', 'interface', asIs),
    packetsOut: ofDevices('net_tx_packets', 'interface', asIs)
  }
}
