import { newestFirst } from './cloud.js'
import type { SimulatedResponse, SimulatedCall } from './calls.js'
import type { Instance } from './instances.js'
import { describeSingleServer, describeBriefly, describeServer, type View } from './server-body.js'
import { isAdmin, mayRead, type Token } from './tokens.js'
import { fault, type AuthenticatedHandler, type World } from './world.js'

const maxPageSize = 1000

const viewOf = ({ origins }: World, minor: number, token: Token): View =>
  ({ origin: origins.compute, minor, admin: isAdmin(token) })

const badRequest = (message: string) => fault(400, 'badRequest', message)
const invalidParameter = (name: string, value: string, reason: string) =>
  badRequest(`Invalid input for query parameters ${name}. Value: ${value}. '${value}' ${reason}`)

/**
 * `GET servers/detail` and `GET servers`: a page of servers of one project or of all, newest first.
 * @param minor of the microversion
 * @param detail whether the servers are shown in full
 */
export function listServers (minor: number, detail: boolean): AuthenticatedHandler {
  return (world, call, token) => {
    const page = selectPage(world, call, token, detail)
    if ('status' in page) return page
    const view = viewOf(world, minor, token)
    const full = page.servers.length > 0 && page.servers.length === page.limit
    return {
      status: 200,
      body: {
        servers: page.servers.map((server) =>
          detail ? describeServer(server, view) : describeBriefly(server, view)),
        ...(full && {
          servers_links: [{ rel: 'next', href: nextLink(view.origin, call, page.servers.at(-1)!.id) }]
        })
      }
    }
  }
}

/** `GET servers/{id}`: the same 404 for a missing server and for one that the caller may not see. */
export function showServer (minor: number): AuthenticatedHandler {
  return (world, call, token, [, id]) => {
    const instance = world.cloud.instancesById.get(id!)
    return instance && mayRead(token, instance.projectId)
      ? { status: 200, body: { server: describeSingleServer(instance, viewOf(world, minor, token)) } }
      : fault(404, 'itemNotFound', `Instance ${id} could not be found.`)
  }
}

function selectPage (
  world: World, { query }: SimulatedCall, token: Token, detail: boolean
): { servers: Instance[], limit: number } | SimulatedResponse {
  const allTenants = parseFlag(query.get('all_tenants'))
  if (allTenants === undefined) return badRequest(`Unrecognized value '${query.get('all_tenants')}'`)
  if (allTenants && !isAdmin(token)) {
    const action = `os_compute_api:servers:${detail ? 'detail' : 'index'}:get_all_tenants`
    return fault(403, 'forbidden', `Policy doesn't allow ${action} to be performed.`)
  }
  const limit = query.get('limit') ?? String(maxPageSize)
  if (!/^\d+$/.test(limit)) {
    return invalidParameter('limit', limit, "does not match '^[0-9]*$'")
  }
  const name = query.has('name') ? nameFilter(query.get('name')!) : /(?:)/
  if (!name) {
    return invalidParameter('name', query.get('name')!, "is not a 'regex'")
  }
  const marker = query.get('marker')
  const last = world.cloud.instancesById.get(marker ?? '')
  if (marker && !last) return badRequest(`marker [${marker}] not found`)

  const size = Math.min(Number(limit), maxPageSize)
  const order = orderOf(query)
  const [status, ip, ip6] = ['status', 'ip', 'ip6'].map((name) => query.get(name))
  const matches = (instance: Instance) => name.test(instance.name) &&
    (status === null || instance.status === status) &&
    (ip === null || hasFixedAddress(instance, ip!)) && ip6 === null &&
    (!last || (instance !== last && order(last, instance) < 0))
  const servers: Instance[] = []
  for (const instance of inOrder(selectable(world, query, token, allTenants), order)) {
    if (servers.length === size) break
    if (matches(instance)) servers.push(instance)
  }
  return { servers, limit: size }
}

type Order = (a: Instance, b: Instance) => number

// Of two that are equal, Nova compares the creation, and then the id.
function orderOf (query: URLSearchParams): Order {
  const sign = query.get('sort_dir') === 'asc' ? -1 : 1
  if (query.get('sort_key') !== 'display_name') {
    return sign === 1 ? newestFirst : (a, b) => -newestFirst(a, b)
  }
  return (a, b) => sign * (a.name === b.name ? newestFirst(a, b) : a.name < b.name ? 1 : -1)
}

const inOrder = (instances: Instance[], order: Order) =>
  order === newestFirst ? instances : instances.toSorted(order)

// A part of an address matches, as in Neutron's ip_address_substr. There is no IPv6 here.
const hasFixedAddress = ({ addresses }: Instance, part: string) =>
  addresses.some(({ addr, type }) => type === 'fixed' && addr.includes(part))

// Without all_tenants, Nova ignores a requested project instead of rejecting it.
function selectable (
  { cloud }: World, query: URLSearchParams, token: Token, allTenants: boolean
): Instance[] {
  const requested = query.get('project_id') ?? query.get('tenant_id')
  if (allTenants && requested === null) return cloud.instances
  return cloud.instancesByProject.get(allTenants ? requested! : token.project?.id ?? '') ?? []
}

// The database matches an unanchored, case-insensitive regular expression. Nova escapes each |.
function nameFilter (text: string): RegExp | undefined {
  try {
    return text === '' ? undefined : new RegExp(text.replaceAll('|', '\\|'), 'i')
  } catch {
    return undefined
  }
}

function parseFlag (flag: string | null): boolean | undefined {
  if (flag === null || /^(0|f|false|n|no|off)$/i.test(flag)) return false
  return /^(1|t|true|y|yes|on|)$/i.test(flag) ? true : undefined
}

function nextLink (origin: string, { path, query }: SimulatedCall, marker: string): string {
  const others = [...query].filter(([key]) => key !== 'marker')
  const next = new URLSearchParams(others.sort(([a], [b]) => a < b ? -1 : 1))
  next.append('marker', marker)
  return `${origin}${path}?${next}`
}
