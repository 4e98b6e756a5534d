import { impossible, large, medium, roomy, small, tiny } from './flavors.js'
import { describeInstance, fixedAddress, floatingAddress, type Instance } from './instances.js'
import { countUsage, nothing, type Amounts, type Project, type Resource } from './projects.js'
import { hexId, scramble, share, uuid } from './random.js'
import { adminUserId } from './users.js'

const teams = ['analytics', 'billing', 'catalog', 'delivery', 'edge', 'forecast', 'gateway', 'identity', 'journal', 'kiosk',
  'ledger', 'media', 'network', 'orders', 'payments', 'quality', 'research', 'search', 'tracking', 'warehouse']
const stages = ['prod', 'stage', 'test']
const kinds = ['web', 'api', 'db', 'worker', 'cache', 'monasca']
const flavors = [tiny, small, small, medium, medium, large, roomy]

const teamOf = (n: number) => `${teams[n % teams.length]}-${stages[Math.floor(n / teams.length) % stages.length]}`
const projectId = (n: number) => hexId(`project ${n}`)

// A third of the instances crowd into the first tenth of the projects: real clouds are never even.
const projectNumber = (n: number, projects: number) =>
  n % 3 === 0 ? scramble(2, n) % Math.ceil(projects / 10) : scramble(1, n) % projects

/** The nth further instance. One in eleven is shut off, the 6th is in ERROR, the 4th is in two networks. */
export function populate (n: number, projects: number, now: number): Instance {
  const owner = projectNumber(n, projects)
  const network = `${teamOf(owner)}-net`
  const created = now - 1800 - Math.floor(2e7 * share(3, n))
  const second = n === 3 ? [fixedAddress('shared-net', n + 1000)] : []
  const floating = n % 5 === 1 ? [floatingAddress(network, n + 100)] : []
  const given = {
    id: uuid(`instance ${n}`),
    name: `${kinds[n % kinds.length]}-${n + 1}`,
    projectId: projectId(owner),
    userId: adminUserId,
    created,
    flavor: flavors[scramble(4, n) % flavors.length]!,
    addresses: [fixedAddress(network, n + 1000), ...second, ...floating]
  }
  if (n === 5) return describeInstance({ ...given, flavor: impossible, addresses: [], status: 'ERROR', launched: null })
  return describeInstance({ ...given, status: n % 11 === 7 ? 'SHUTOFF' : 'ACTIVE' })
}

const resources = Object.keys(nothing) as Resource[]
const amounts = (of: (resource: Resource) => number) =>
  Object.fromEntries(resources.map((resource) => [resource, of(resource)])) as Amounts

const roomFor = (used: number) => 10 * Math.ceil((used + 1) * 1.4 / 10)

// The 1st is unlimited, the 2nd is at every limit, and one in seven has no limit of volumes.
function limit (n: number, used: number, resource: Resource): number {
  if (n === 0 || (n % 7 === 6 && resource === 'volumes')) return -1
  return n === 1 ? used : roomFor(used)
}

/** The nth further project with its instances' usage. The 3rd is disabled. */
export function populateProject (n: number, instances: Map<string, Instance[]>, domainId: string): Project {
  const id = projectId(n)
  const volumes = scramble(5, n) % 12
  const used = {
    ...countUsage(instances.get(id) ?? []), securityGroups: 1 + scramble(6, n) % 5, volumes, gigabytes: 20 * volumes
  }
  const round = Math.floor(n / (teams.length * stages.length))
  return {
    id,
    name: round === 0 ? teamOf(n) : `${teamOf(n)}-${round + 1}`,
    description: `${teams[n % teams.length]} team`,
    enabled: n !== 2,
    domainId,
    limits: amounts((resource) => limit(n, used[resource], resource)),
    used
  }
}
