import { Type } from '@sinclair/typebox'
import { InvalidParameters, quote, UpstreamError } from '#lib/errors.js'
import { recordReader } from '#lib/upstream/record-reader.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import { canonicalAddress } from './addresses.js'
import { pageReader } from './list.js'

const Named = Type.Object({ id: Type.String(), name: Type.String() })

/**
 * A server as Nova describes it from microversion 2.47 on, as far as it is used. A server whose cell is down
 * lacks most of it. Source: Compute API, "List Servers Detailed", and "Handling Down Cells".
 */
const ServerRecord = Type.Composite([Named, Type.Object({
  status: Type.String(),
  tenant_id: Type.String(),
  addresses: Type.Record(Type.String(), Type.Unknown()),
  flavor: Type.Object({
    original_name: Type.String(), vcpus: Type.Integer(), ram: Type.Integer(), disk: Type.Integer()
  }),
  'OS-EXT-AZ:availability_zone': Type.String(),
  'OS-SRV-USG:launched_at': Type.String(),
  'OS-SRV-USG:terminated_at': Type.String()
})])

/** A page of servers. */
export const readServers = pageReader('compute', 'a list of servers', 'servers', ServerRecord)
export type Server = ReturnType<typeof readServers>['items'][number]

/** The same with names only. */
export const readServerNames = pageReader('compute', 'a list of servers', 'servers', Named)

/** A project's id, which goes into paths and queries. */
const ProjectId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

/** The project of one server. Source: Compute API, "Show Server Details". */
export const validateServerProject = responseValidator(
  'compute', 'a server', Type.Object({ server: Type.Object({ tenant_id: ProjectId }) })
)

const readServerRecord = recordReader(ServerRecord)

/** One server, whose id is known. Source: the same. */
export const readServer = (id: string, body: unknown): Server & { tenant_id: string } => {
  const { server } = validateServerProject(body)
  return { ...readServerRecord(server), id, tenant_id: server.tenant_id }
}

/**
 * Whether a server may have this id. Nova's ids are UUIDs, and other text in a path has other meanings to it.
 */
export const isServerId = (id: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)

export interface ServerQuery {
  /** At most this many servers. */
  limit: number
  /** Id of the server that the page comes after. */
  marker?: string
  /** The order; newest first unless given. */
  sort?: keyof typeof serverOrders
  /** A literal, case-insensitive part of the name. */
  hostname?: string
  /** One of `serverStates`, as Nova's own filter has it. */
  state?: string
  /** A fixed IP address in its canonical spelling. */
  address?: string
}

/**
 * The orders of a list, and Nova's parameters for each; none for its own order. Of servers that are equal,
 * Nova compares the creation and then the id, in the same direction.
 */
export const serverOrders = {
  '-created': {},
  created: { sort_key: 'created_at', sort_dir: 'asc' },
  name: { sort_key: 'display_name', sort_dir: 'asc' },
  '-name': { sort_key: 'display_name', sort_dir: 'desc' }
} satisfies Record<string, Record<string, string>>

/**
 * The statuses that Nova finds servers by. The others are of servers that it does not list: deleted ones, and
 * those of a cell that is down. Source: Compute API, "Server Concepts", "Server status".
 */
export const serverStates = [
  'ACTIVE', 'BUILD', 'ERROR', 'HARD_REBOOT', 'MIGRATING', 'PASSWORD', 'PAUSED', 'REBOOT', 'REBUILD', 'RESCUE',
  'RESIZE', 'REVERT_RESIZE', 'SHELVED', 'SHELVED_OFFLOADED', 'SHUTOFF', 'SUSPENDED', 'VERIFY_RESIZE'
] as const

/**
 * The first microversion whose servers include their flavor. It is pinned, so that a newer Nova does not
 * change the format.
 */
const pinnedMinor = 47

/**
 * The compute microversion to use: the pinned one, or the server's oldest where that is newer.
 * Source: Compute API, version document; microversion history, 2.47.
 * @throws UpstreamError where the server is older, or its version document has another format
 */
export function chooseMicroversion (body: unknown) {
  const { version } = validateVersion(body)
  const minorOf = (microversion: string) => Number(microversion.slice(2))
  const newest = minorOf(version.version)
  if (newest < pinnedMinor) {
    throw new UpstreamError(
      'compute', 'invalid', `is too old: it offers microversion 2.${newest}, and 2.${pinnedMinor} is needed`
    )
  }
  return `2.${Math.max(pinnedMinor, minorOf(version.min_version))}`
}

const Microversion = Type.String({ pattern: '^2\\.[0-9]+$' })
const validateVersion = responseValidator('compute', 'its version', Type.Object({
  version: Type.Object({ version: Microversion, min_version: Microversion })
}))

/**
 * The query of a list of servers: of one project as an admin, or of the token's own project. Nova's filter by
 * address also finds longer addresses that hold this one, and finds no floating ones.
 */
export function serverQuery (
  project: string, own: boolean,
  { limit, marker, sort = '-created', hostname, state, address }: Partial<ServerQuery>
) {
  const query = new URLSearchParams(own ? {} : { all_tenants: '1', project_id: project })
  if (limit !== undefined) query.set('limit', String(limit))
  if (marker !== undefined) query.set('marker', marker)
  for (const [name, value] of Object.entries(serverOrders[sort])) query.set(name, value)
  if (state !== undefined) query.set('status', state)
  if (address !== undefined) query.set(address.includes(':') ? 'ip6' : 'ip', address)
  const name = namePattern(hostname ?? '')
  if (name !== undefined) query.set('name', name)
  return query
}

/**
 * A regular expression for Nova's `name` that matches every name with this literal part, in any case. It is
 * the longest part of the literal that all databases read alike: they differ in their regular expressions, in
 * case, and beyond ASCII, and Nova escapes each `|`. Wildcards for the rest would let a client keep the
 * database busy. `nameContains` filters what it matches beyond the literal.
 * @returns `undefined` where the literal has no such part
 */
export function namePattern (literal: string) {
  const [longest] = (literal.match(/[A-Za-z0-9 _.-]+/g) ?? []).sort((a, b) => b.length - a.length)
  return longest?.replace(/[A-Za-z.]/g, (character) =>
    character === '.' ? '[.]' : `[${character.toLowerCase()}${character.toUpperCase()}]`)
}

/** Whether the pattern matches exactly the names with the literal. */
export const isExactPattern = (literal: string) => /^[A-Za-z0-9 _.-]+$/.test(literal)

/** Whether a server's name contains the literal, in any case. */
export function nameContains ({ name }: { name: string | null }, literal: string) {
  return (name ?? '').toLowerCase().includes(literal.toLowerCase())
}

/** The fixed and floating addresses of a server. Entries without one are left out. */
export const addressesOf = ({ addresses }: Pick<Server, 'addresses'>): string[] =>
  Object.values(addresses ?? {}).flat()
    .map((entry) => (entry as { addr?: unknown } | null)?.addr)
    .filter((address) => typeof address === 'string')

/** Whether a server has an address, which is given in its canonical spelling. */
export const hasAddress = (server: Pick<Server, 'addresses'>, address: string) =>
  addressesOf(server).some((text) => canonicalAddress(text) === address)

const timePattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/

/**
 * A time as Nova writes it, such as `2026-11-23T08:24:50.000000`: UTC, where it has no offset.
 * @returns unix milliseconds of the full second, or `undefined` for any other text
 */
export function parseTime (text: string | null) {
  const [, date, time, offset = 'Z'] = timePattern.exec(text ?? '') ?? []
  const milliseconds = Date.parse(`${date}T${time}${offset.replace(/(\d\d)(\d\d)$/, '$1:$2')}`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

/** The cause of Nova's 400 to a list with a marker: everything else in the request is well-formed. */
export function unknownMarker (marker: string) {
  return new InvalidParameters([
    {
      parameter: 'marker',
      message: `${quote(marker)} is not the id of an instance: give the last one of the page before`
    }
  ])
}
