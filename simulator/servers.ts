import { newestFirst } from './cloud.js'
import type { SimulatedResponse, SimulatedCall } from './exchange.js'
import type { Instance } from './instances.js'
import { describeAlone, describeBriefly, describeServer, type View } from './server-body.js'
import { isAdmin, mayRead, type Token } from './tokens.js'
import { fault, type Caller, type World } from './world.js'

const mostServers = 1000

const viewOf = ({ origins }: World, minor: number, token: Token): View =>
  ({ origin: origins.compute, minor, admin: isAdmin(token) })

const refuse = (message: string) => fault(400, 'badRequest', message)

/** `servers/detail`, and `servers` with its short form: a page of the newest servers of one project, or of all. */
export function listServers (minor: number, detail: boolean): Caller {
  return (world, call, token) => {
    const page = choose(world, call, token, detail)
    if ('status' in page) return page
    const view = viewOf(world, minor, token)
    const full = page.servers.length > 0 && page.servers.length === page.limit
    return {
      status: 200,
      body: {
        servers: page.servers.map((server) => detail ? describeServer(server, view) : describeBriefly(server, view)),
        ...(full && { servers_links: [{ rel: 'next', href: nextLink(view.origin, call, page.servers.at(-1)!.id) }] })
      }
    }
  }
}

/** One server; what is not there and what one may not see are the same 404. */
export function showServer (minor: number): Caller {
  return (world, call, token, [, id]) => {
    const instance = world.cloud.instancesById.get(id!)
    return instance && mayRead(token, instance.projectId)
      ? { status: 200, body: { server: describeAlone(instance, viewOf(world, minor, token)) } }
      : fault(404, 'itemNotFound', `Instance ${id} could not be found.`)
  }
}

function choose (world: World, { query }: SimulatedCall, token: Token, detail: boolean): { servers: Instance[], limit: number } | SimulatedResponse {
  const everywhere = yes(query.get('all_tenants'))
  if (everywhere === undefined) return refuse(`Unrecognized value '${query.get('all_tenants')}'`)
  if (everywhere && !isAdmin(token)) {
    return fault(403, 'forbidden', `Policy doesn't allow os_compute_api:servers:${detail ? 'detail' : 'index'}:get_all_tenants to be performed.`)
  }
  const limit = query.get('limit') ?? String(mostServers)
  if (!/^\d+$/.test(limit)) return refuse(`Invalid input for query parameters limit. Value: ${limit}. '${limit}' does not match '^[0-9]*$'`)
  const name = query.has('name') ? nameFilter(query.get('name')!) : /(?:)/
  if (!name) return refuse(`Invalid input for query parameters name. Value: ${query.get('name')}. '${query.get('name')}' is not a 'regex'`)
  const marker = query.get('marker')
  const last = world.cloud.instancesById.get(marker ?? '')
  if (marker && !last) return refuse(`marker [${marker}] not found`)

  const size = Math.min(Number(limit), mostServers)
  const servers: Instance[] = []
  for (const instance of owned(world, query, token, everywhere)) {
    if (servers.length === size) break
    if (name.test(instance.name) && (!last || comesAfter(last, instance))) servers.push(instance)
  }
  return { servers, limit: size }
}

const comesAfter = (marker: Instance, instance: Instance) => instance !== marker && newestFirst(marker, instance) < 0

// Without all_tenants the project that is asked for is overlooked, not refused.
function owned ({ cloud }: World, query: URLSearchParams, token: Token, everywhere: boolean): Instance[] {
  const asked = query.get('project_id') ?? query.get('tenant_id')
  if (everywhere && asked === null) return cloud.instances
  return cloud.instancesOf.get(everywhere ? asked! : token.project?.id ?? '') ?? []
}

// A regular expression of the database's, unanchored and without regard to case. Nova puts a backslash before each |.
function nameFilter (text: string): RegExp | undefined {
  try {
    return text === '' ? undefined : new RegExp(text.replaceAll('|', '\\|'), 'i')
  } catch {
    return undefined
  }
}

function yes (flag: string | null): boolean | undefined {
  if (flag === null || /^(0|f|false|n|no|off)$/i.test(flag)) return false
  return /^(1|t|true|y|yes|on|)$/i.test(flag) ? true : undefined
}

function nextLink (origin: string, { path, query }: SimulatedCall, marker: string): string {
  const next = new URLSearchParams([...query].filter(([key]) => key !== 'marker').sort(([a], [b]) => a < b ? -1 : 1))
  next.append('marker', marker)
  return `${origin}${path}?${next}`
}
