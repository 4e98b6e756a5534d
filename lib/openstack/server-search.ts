import { UpstreamError } from '#lib/errors.js'
import { withFilters } from './list.js'
import type { GetFromNova } from './server-pages.js'
import {
  hasAddress, isExactPattern, nameContains, readServers, serverQuery, unknownMarker
} from './servers.js'
import type { Server, ServerQuery } from './servers.js'

/** The projects in which servers are searched: one of them, some of all, or all. */
export interface SearchScope {
  project?: string
  among?: Set<string>
}

export interface SearchPage {
  servers: Array<Server & { tenant_id: string }>
  /** Id of the page's last server, where more may follow. */
  last?: string
  /** Why servers may be missing: too many others were in between. */
  incomplete?: UpstreamError
}

/** Nova's pages of one search, and the most servers of each. */
const maxPages = 10
const maxServers = 1_000

/**
 * A page of the servers that match, newest first. Nova's filters find more than those: it is asked for pages
 * until there are enough.
 * @throws InvalidParameters where the marker is the id of no server; UpstreamError
 */
export async function searchServerPages (
  get: GetFromNova, { project, among }: SearchScope, { limit, marker, ...filters }: ServerQuery
): Promise<SearchPage> {
  const { hostname = '', address } = filters
  const isExact = among === undefined && address === undefined && isExactPattern(hostname)
  const matches = (server: Server): server is SearchPage['servers'][number] =>
    server.tenant_id !== null && (among === undefined || among.has(server.tenant_id)) &&
    nameContains(server, hostname) && (address === undefined || hasAddress(server, address))
  const found: SearchPage['servers'] = []
  let [after, more] = [marker, true]
  for (let pages = 0; more && found.length <= limit && pages < maxPages; pages++) {
    const length = isExact ? Math.min(limit + 1, maxServers) : maxServers
    const page = new URLSearchParams({ limit: String(length) })
    if (after !== undefined) page.set('marker', after)
    const path = (own: boolean) => {
      const query = withFilters(page, serverQuery(project ?? '', own, filters))
      if (project === undefined) query.delete('project_id')
      return `/servers/detail?${query}`
    }
    const { status, body } = await get(path, after === undefined ? [] : [400])
    if (status === 400) throw unknownMarker(after!)
    const { items, more: follows } = readServers(body)
    found.push(...items.filter(matches))
    more = follows && items.length > 0
    after = items.at(-1)?.id
  }
  const servers = found.slice(0, limit)
  if (found.length <= limit && !more) return { servers }
  return servers.length > 0
    ? { servers, last: servers.at(-1)!.id }
    : { servers, incomplete: new UpstreamError('compute', 'invalid', 'has too many servers to search') }
}
