import type { Profile } from '#lib/metrics/profile.js'
import { libvirtDomain } from './libvirt-domain.js'

/**
 * It has neither the guest's memory nor a project's id.
 * Source: the package prometheus-libvirt-exporter 0.2.0 of Debian and Ubuntu.
 */
export const debian: Profile = {
  name: 'debian',
  shows: { name: 'libvirt_domain_info_cpu_time_seconds_total', label: 'uuid' },
  instance: 'uuid',
  readings: libvirtDomain
}
