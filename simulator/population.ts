import { impossible, large, medium, roomy, small, tiny } from './flavors.js'
import { describeInstance, fixedAddress, floatingAddress, type Instance } from './instances.js'
import { countUsage, zeroUsage, type Amounts, type Project, type Resource } from './projects.js'
import { hexId, scramble, share, uuid } from './random.js'
import { adminUserId } from './users.js'

const teams = [
  'analytics', 'billing', 'catalog', 'delivery', 'edge', 'forecast', 'gateway', 'identity', 'journal',
  'kiosk', 'ledger', 'media', 'network', 'orders', 'payments', 'quality', 'research', 'search', 'tracking',
  'warehouse'
]
const stages = ['prod', 'stage', 'test']
const kinds = ['web', 'api', 'db', 'worker', 'cache', 'monasca']
const flavors = [tiny, small, small, medium, medium, large, roomy]

const teamOf = (n: number) =>
  `${teams[n % teams.length]}-${stages[Math.floor(n / teams.length) % stages.length]}`
/** The id of the nth further project. */
export const projectIdOf = (n: number) => hexId(`project ${n}`)

// A third of the instances are in the first tenth of the projects, because real clouds are uneven.
const projectNumber = (n: number, projects: number) =>
  n % 3 === 0 ? scramble(2, n) % Math.ceil(projects / 10) : scramble(1, n) % projects

/**
 * The nth further instance. One in eleven is shut off; the 6th is in ERROR; the 4th is in two networks.
 * @param projects number of further projects
 * @param now unix seconds
 */
export function populate (n: number, projects: number, now: number): Instance {
  const project = projectNumber(n, projects)
  const network = `${teamOf(project)}-net`
  const created = now - 1800 - Math.floor(2e7 * share(3, n))
  const secondNetwork = n === 3 ? [fixedAddress('shared-net', n + 1000)] : []
  const floating = n % 5 === 1 ? [floatingAddress(network, n + 100)] : []
  const fields = {
    id: uuid(`instance ${n}`),
    name: `${kinds[n % kinds.length]}-${n + 1}`,
    projectId: projectIdOf(project),
    userId: adminUserId,
    created,
    flavor: flavors[scramble(4, n) % flavors.length]!,
    addresses: [fixedAddress(network, n + 1000), ...secondNetwork, ...floating]
  }
  if (n === 5) {
    return describeInstance({ ...fields, flavor: impossible, addresses: [], status: 'ERROR', launched: null })
  }
  return describeInstance({ ...fields, status: n % 11 === 7 ? 'SHUTOFF' : 'ACTIVE' })
}

const resources = Object.keys(zeroUsage) as Resource[]
const amountsBy = (of: (resource: Resource) => number) =>
  Object.fromEntries(resources.map((resource) => [resource, of(resource)])) as Amounts

const limitAbove = (used: number) => 10 * Math.ceil((used + 1) * 1.4 / 10)

// The 1st project is unlimited, the 2nd has reached every limit, and one in seven has no limit for volumes.
function limit (n: number, used: number, resource: Resource): number {
  if (n === 0 || (n % 7 === 6 && resource === 'volumes')) return -1
  return n === 1 ? used : limitAbove(used)
}

/**
 * The nth further project, with the usage of its instances. The 3rd is disabled.
 * @param instances instances by project id
 */
export function populateProject (n: number, instances: Map<string, Instance[]>, domainId: string): Project {
  const id = projectIdOf(n)
  const volumes = scramble(5, n) % 12
  const used = {
    ...countUsage(instances.get(id) ?? []),
    securityGroups: 1 + scramble(6, n) % 5,
    volumes,
    gigabytes: 20 * volumes
  }
  const round = Math.floor(n / (teams.length * stages.length))
  return {
    id,
    name: round === 0 ? teamOf(n) : `${teamOf(n)}-${round + 1}`,
    description: `${teams[n % teams.length]} team`,
    enabled: n !== 2,
    domainId,
    limits: amountsBy((resource) => limit(n, used[resource], resource)),
    used
  }
}
