import { hostOf, type Instance } from './instances.js'
import { hexId, scramble } from './random.js'

/** The parts of a request that change how a server is shown. */
export interface View {
  origin: string    // of Nova, for links
  minor: number     // of the microversion
  admin: boolean    // whether the caller is an admin
}

const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')

/** A server in the short list: id, name and links. */
export function describeBriefly ({ id, name }: Instance, { origin }: View) {
  return {
    id,
    name,
    links: [
      { rel: 'self', href: `${origin}/v2.1/servers/${id}` },
      { rel: 'bookmark', href: `${origin}/servers/${id}` }
    ]
  }
}

/** A server as `servers/detail` shows it, with the properties of the microversion and the caller's role. */
export function describeServer (instance: Instance, view: View) {
  const { name, status, launched, created } = instance
  const { origin, minor } = view
  const host = hostOf(instance)
  const imageId = '70f3b1b4-3c0e-4f0b-9a55-0d4d3c1f6a11'
  return {
    ...describeBriefly(instance, view),
    status,
    tenant_id: instance.projectId,
    user_id: instance.userId,
    metadata: {},
    hostId: host === null ? '' : hexId(`${host} ${instance.projectId}`) + hexId(host).slice(8),
    image: { id: imageId, links: [{ rel: 'bookmark', href: `${origin}/images/${imageId}` }] },
    flavor: describeFlavor(instance, view),
    created: isoTime(created),
    updated: isoTime(launched ?? created),
    addresses: describeAddresses(instance),
    accessIPv4: '',
    accessIPv6: '',
    'OS-DCF:diskConfig': 'MANUAL',
    'OS-EXT-AZ:availability_zone': host === null ? '' : 'nova',
    config_drive: '',
    key_name: null,
    'OS-SRV-USG:launched_at': launched === null ? null : isoTime(launched).replace('Z', '.000000'),
    'OS-SRV-USG:terminated_at': null,
    'OS-EXT-STS:task_state': null,
    'os-extended-volumes:volumes_attached': [],
    ...states[status],
    ...(status !== 'ERROR' && {
      security_groups: Object.keys(describeAddresses(instance)).map(() => ({ name: 'default' }))
    }),
    ...(view.admin && describeHost(instance, host, minor)),
    ...(minor >= 9 && { locked: false }),
    ...(minor >= 19 && { description: null }),
    ...(minor >= 26 && { tags: [] }),
    ...(minor >= 63 && { trusted_image_certificates: null }),
    ...(minor >= 73 && { locked_reason: null }),
    ...(minor >= 90 && { 'OS-EXT-SRV-ATTR:hostname': name })
  }
}

/** A server as `servers/{id}` shows it: also its groups and, in ERROR, its fault (details for admins). */
export function describeSingleServer (instance: Instance, view: View) {
  const fault = {
    code: 500,
    created: isoTime(instance.created),
    message: 'No valid host was found. ',
    ...(view.admin && {
      details: 'Traceback (most recent call last):\nnova.exception.NoValidHost: No valid host was found. \n'
    })
  }
  return {
    ...describeServer(instance, view),
    ...(instance.status === 'ERROR' && { fault }),
    ...(view.minor >= 71 && { server_groups: [] })
  }
}

const states = {
  ACTIVE: { progress: 0, 'OS-EXT-STS:vm_state': 'active', 'OS-EXT-STS:power_state': 1 },
  SHUTOFF: { 'OS-EXT-STS:vm_state': 'stopped', 'OS-EXT-STS:power_state': 4 },
  ERROR: { 'OS-EXT-STS:vm_state': 'error', 'OS-EXT-STS:power_state': 0 }
}

function describeFlavor ({ flavor: { id, name, vcpus, ram, disk } }: Instance, { origin, minor }: View) {
  return minor >= 47
    ? { vcpus, ram, disk, ephemeral: 0, swap: 0, original_name: name, extra_specs: {} }
    : { id, links: [{ rel: 'bookmark', href: `${origin}/flavors/${id}` }] }
}

function describeAddresses ({ addresses, seed }: Instance) {
  const networks: Record<string, object[]> = {}
  for (const [n, { network, addr, type }] of addresses.entries()) {
    const mac = scramble(seed, 100 + n).toString(16).padStart(8, '0').match(/../g)!.slice(0, 3).join(':')
    const address = {
      version: 4, addr, 'OS-EXT-IPS:type': type, 'OS-EXT-IPS-MAC:mac_addr': `fa:16:3e:${mac}`
    }
    networks[network] = [...networks[network] ?? [], address]
  }
  return networks
}

// Only admins see the host of a server.
function describeHost ({ id, name, seed }: Instance, host: string | null, minor: number) {
  return {
    'OS-EXT-SRV-ATTR:host': host,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': host,
    ...(minor >= 3 && {
      'OS-EXT-SRV-ATTR:reservation_id': `r-${scramble(seed, 8).toString(36).padStart(8, '0').slice(0, 8)}`,
      'OS-EXT-SRV-ATTR:launch_index': 0,
      'OS-EXT-SRV-ATTR:hostname': name,
      'OS-EXT-SRV-ATTR:kernel_id': '',
      'OS-EXT-SRV-ATTR:ramdisk_id': '',
      'OS-EXT-SRV-ATTR:root_device_name': host === null ? null : '/dev/vda',
      'OS-EXT-SRV-ATTR:user_data': null
    }),
    ...(minor >= 16 && { host_status: host === null ? '' : 'UP' })
  }
}
