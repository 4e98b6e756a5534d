import type { Profile } from '#lib/metrics/profile.js'
import { libvirtDomain, libvirtDomainMemory } from './libvirt-domain.js'

/** Source: github.com/Tinkoff/libvirt-exporter, archived in 2022. */
export const tinkoff: Profile = {
  name: 'tinkoff',
  shows: { name: 'libvirt_domain_info_meta' },
  instance: 'uuid',
  project: 'project_uuid',
  info: 'libvirt_domain_info_meta',
  domain: 'domain',
  readings: { ...libvirtDomain, ...libvirtDomainMemory }
}
