import type { Profile } from '#lib/metrics/profile.js'
import { libvirtDomain, libvirtDomainMemory } from './libvirt-domain.js'

/** Source: github.com/inovex/prometheus-libvirt-exporter, 1.4 to 2.5. */
export const inovex: Profile = {
  name: 'inovex',
  shows: { name: 'libvirt_domain_openstack_info' },
  instance: 'instance_id',
  project: 'project_id',
  info: 'libvirt_domain_openstack_info',
  domain: 'domain',
  readings: { ...libvirtDomain, ...libvirtDomainMemory }
}
