import { asIs, kibibytes } from '#lib/metrics/profile.js'
import type { Profile, Reading, Source } from '#lib/metrics/profile.js'
import { cpuPercent } from './libvirt-domain.js'

const gauge = (name: string): Source => ({ name: `ceilometer_${name}`, kind: 'gauge' })

/** The label `resource` has the instance's id and its device. */
const ofDisks = (name: string): Reading => ({
  sources: [{
    name: `ceilometer_disk_device_${name}_bytes`,
    kind: 'counter',
    device: 'resource',
    instance: 'first'
  }],
  usage: kibibytes
})
const ofPorts = (name: string, usage: Reading['usage']): Reading => ({
  sources: [{
    name: `ceilometer_network_${name}`, kind: 'counter', device: 'resource', instance: 'inner'
  }],
  usage
})

/**
 * CPU needs `vcpus` in Ceilometer's polling.yaml, memory `memory.available`.
 * Source: openstack/ceilometer, `ceilometer/polling/prom_exporter.py`; sg-core has the same names and labels.
 */
export const ceilometer: Profile = {
  name: 'ceilometer',
  shows: { name: 'ceilometer_cpu' },
  instance: 'resource',
  project: 'project',
  polled: true,
  readings: {
    cpu: {
      sources: [{ name: 'ceilometer_cpu', kind: 'counter' }, gauge('vcpus')],
      usage: ([nanoseconds, vcpus]) =>
        cpuPercent([nanoseconds === undefined ? undefined : nanoseconds / 1e9, vcpus])
    },
    memory: {
      sources: [gauge('memory_usage'), gauge('memory_available')],
      usage: ([used, available]) => used === undefined || !available ? undefined : 100 * used / available
    },
    diskRead: ofDisks('read'),
    diskWrite: ofDisks('write'),
    networkIn: ofPorts('incoming_bytes', kibibytes),
    networkOut: ofPorts('outgoing_bytes', kibibytes),
    packetsIn: ofPorts('incoming_packets', asIs),
    packetsOut: ofPorts('outgoing_packets', asIs)
  }
}
