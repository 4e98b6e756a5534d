import t from 'tap'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { ownersByInfo, ownersByLabel } from '#lib/metrics/prometheus/ownership.js'
import { dataSelector, exportersQuery, infoSelector } from '#lib/metrics/prometheus/selectors.js'

const { inovex, ceilometer, libvirtd, debian } = profiles
const info = (id: string, labels: Record<string, string>) =>
  ({ __name__: inovex.info!, domain: 'instance-00000001', instance_id: id, ...labels })

t.test('a series belongs to the instance whose info it agrees with, on all labels of both', (t) => {
  const ownerOf = ownersByInfo(inovex, [
    info('a', { instance: 'compute01', instance_name: 'web', job: 'libvirt' }),
    info('a', { instance: 'compute02', instance_name: 'renamed' }),
    info('b', { instance: 'compute11', domain: 'instance-00000002' })
  ])
  const series = (labels: Record<string, string>) => ownerOf({ domain: 'instance-00000001', ...labels })
  t.equal(series({ instance: 'compute01', target_device: 'vda' }), 'a')
  t.equal(series({ instance: 'compute02', job: 'other' }), 'a')
  t.equal(series({ instance: 'compute01', job: 'other' }), undefined)
  t.equal(series({ instance: 'compute11' }), undefined, 'a twin on another host')
  t.equal(series({ instance: 'compute11', domain: 'instance-00000002' }), 'b')
  t.equal(series({ instance: 'compute11', domain: 'instance-00000003' }), undefined)
  t.end()
})

t.test('a series that agrees with several instances belongs to none of them', (t) => {
  const ownerOf = ownersByInfo(inovex, [
    info('a', { instance: 'compute01', cell: 'one' }), info('b', { instance: 'compute01', cell: 'two' })
  ])
  t.equal(ownerOf({ domain: 'instance-00000001', instance: 'compute01' }), undefined)
  t.equal(ownerOf({ domain: 'instance-00000001', instance: 'compute01', cell: 'two' }), 'b')
  t.equal(ownersByInfo(inovex, [])({ domain: 'instance-00000001' }), undefined)
  t.end()
})

t.test('a label names the instance, alone or with its device', (t) => {
  const sources = ['cpu', 'diskRead', 'networkIn'].flatMap((metric) =>
    ceilometer.readings[metric as 'cpu']!.sources)
  const ownerOf = ownersByLabel(ceilometer, sources, ['a-1', 'a.1'])
  const owner = (name: string, resource: string) => ownerOf({ __name__: `ceilometer_${name}`, resource })
  t.equal(owner('cpu', 'a-1'), 'a-1')
  t.equal(owner('cpu', 'a.1'), 'a.1')
  t.equal(owner('cpu', 'ax1'), undefined, 'ids are no patterns')
  t.equal(owner('cpu', 'a-1-vda'), undefined)
  t.equal(owner('disk_device_read_bytes', 'a-1-vda'), 'a-1')
  t.equal(owner('disk_device_read_bytes', 'b-a-1-vda'), undefined)
  t.equal(owner('disk_device_read_bytes', 'a-1-vda-x'), undefined)
  t.equal(owner('network_incoming_bytes', 'instance-00000001-a-1-tap0-01'), 'a-1')
  t.equal(owner('network_outgoing_bytes', 'instance-00000001-a-1-tap0-01'), undefined, 'not asked for')
  t.equal(ownerOf({ resource: 'a-1' }), undefined)
  t.equal(ownerOf({ __name__: 'ceilometer_cpu' }), undefined)
  t.end()
})

t.test('selectors have escaped values, and the names and labels of the profile', (t) => {
  const { sources } = libvirtd.readings.diskRead!
  const prefix = '{__name__=~"libvirtd_domain_block_read_bytes",uuid=~'
  t.equal(dataSelector(libvirtd, sources, ['a', 'b']), `${prefix}"(a|b)"}`)
  t.equal(dataSelector(libvirtd, sources, ['a'], 'p'), `${prefix}"(a)"}`, 'its project is on the info metric')
  t.equal(
    dataSelector(libvirtd, sources, ['x"} or up\\n\n.*|ü']),
    `${prefix}"(x\\"\\\\} or up\\\\\\\\n\\n\\\\.\\\\*\\\\|ü)"}`
  )
  t.equal(
    infoSelector(libvirtd, ['a', 'b'], 'p"\\'),
    'libvirtd_domain_seconds{uuid=~"a|b",project_id="p\\"\\\\"}'
  )
  t.equal(infoSelector(inovex, ['a']), 'libvirt_domain_openstack_info{instance_id=~"a"}')
  t.equal(
    dataSelector(inovex, inovex.readings.cpu!.sources, ['instance-00000001'], 'p'),
    '{__name__=~"libvirt_domain_info_cpu_time_seconds_total|libvirt_domain_info_virtual_cpus",' +
      'domain=~"instance-00000001"}'
  )
  t.equal(
    dataSelector(ceilometer, ['diskRead', 'networkIn'].flatMap((metric) =>
      ceilometer.readings[metric as 'diskRead']!.sources), ['a'], 'p'),
    '{__name__=~"ceilometer_disk_device_read_bytes|ceilometer_network_incoming_bytes",' +
      'resource=~"(a)-[^-]+|.+-(a)-.+",project="p"}'
  )
  t.equal(
    dataSelector(debian, debian.readings.packetsIn!.sources, ['a'], 'p'),
    '{__name__=~"libvirt_domain_interface_stats_receive_packets_total",uuid=~"(a)"}'
  )
  t.end()
})

t.test('one query finds every exporter', (t) => {
  t.equal(
    exportersQuery(Object.values(profiles)),
    'count by (__name__) ({__name__=~"libvirt_domain_openstack_info|libvirt_domain_info_meta|' +
      'libvirtd_domain_vcpu_time|ceilometer_cpu"} or libvirt_domain_info_cpu_time_seconds_total{uuid!=""})'
  )
  t.end()
})
