import { large, medium, roomy, small, tiny } from './flavors.js'
import { describeInstance, fixedAddress, floatingAddress, type Instance } from './instances.js'
import type { Amounts } from './projects.js'
import { uuid } from './random.js'
import { adminUserId, demoUserId } from './users.js'

/** The two projects and the two instances in the examples of the API documentation. */
export const adminProjectId = '9c1a27e20412473b843dbf32bdec2390'
export const demoProjectId = 'da9572dd8c0a4857aa12d9c4cbb76306'
export const adminInstanceId = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
export const demoInstanceId = 'c5e1012f-9455-47ff-bbb7-1cff5e1f9894'

type OtherUsage = Pick<Amounts, 'securityGroups' | 'volumes' | 'gigabytes'>

interface SeedProject {
  id: string
  name: string
  limits: Amounts
  otherUsage: OtherUsage    // usage that does not come from instances
}

export const seedProjects: SeedProject[] = [{
  id: adminProjectId,
  name: 'admin',
  limits: {
    instances: 150,
    vcpus: 150,
    memoryMb: 182400,
    floatingIps: 100,
    securityGroups: 30,
    volumes: 30,
    gigabytes: 1000
  },
  otherUsage: { securityGroups: 3, volumes: 16, gigabytes: 253 }
}, {
  id: demoProjectId,
  name: 'demo',
  limits: {
    instances: 15, vcpus: 50, memoryMb: 10240, floatingIps: 2, securityGroups: 5, volumes: 10, gigabytes: 100
  },
  otherUsage: { securityGroups: 2, volumes: 0, gigabytes: 0 }
}]

// With these counts the 42 instances have 63 vCPUs and 141,312 MiB, as in the example summary.
const adminFlavors = [
  ...Array(3).fill(large),
  ...Array(6).fill(roomy),
  ...Array(6).fill(medium),
  ...Array(19).fill(small),
  ...Array(8).fill(tiny)
]

const services = ['monasca', 'kafka', 'influxdb', 'zookeeper', 'mariadb', 'bastion']
const firstLaunch = Date.parse('2017-07-05T01:12:40Z') / 1000
const demoLaunch = Date.parse('2017-07-06T04:27:23Z') / 1000

function adminInstance (n: number): Instance {
  const network = 'admin-net'
  const floating = n % 4 === 0 && n < 40 ? [floatingAddress(network, n)] : []
  return describeInstance({
    id: n === 0 ? adminInstanceId : uuid(`admin instance ${n}`),
    name: `${services[n % services.length]}-${1 + Math.floor(n / services.length)}`,
    projectId: adminProjectId,
    userId: adminUserId,
    flavor: adminFlavors[n],
    created: firstLaunch + n * 40_000,
    addresses: [fixedAddress(network, n + 10), ...floating],
    // The first instance is in the examples, so it has two disks and all memory metrics.
    ...(n === 0 && { disks: ['vda', 'vdb'], percentOnly: false })
  })
}

const demoInstance = describeInstance({
  id: demoInstanceId,
  name: 'demo-test',
  projectId: demoProjectId,
  userId: demoUserId,
  flavor: tiny,
  created: demoLaunch - 5,
  launched: demoLaunch,
  addresses: [{ network: 'demo-net', addr: '115.68.151.163', type: 'fixed' }],
  percentOnly: false,
  usage: { cpu: 3, swing: 0, memory: 0, disk: 20_000, net: 9_000 }
})

/** The 43 instances of the seed; their totals are those of the example summary. */
export function seedInstances (): Instance[] {
  return [...adminFlavors.map((_, n) => adminInstance(n)), demoInstance]
}
