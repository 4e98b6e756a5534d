import { UpstreamError } from '#lib/errors.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import {
  isExactPattern, nameContains, serverQuery, unknownMarker, validateServerNames, validateServers
} from './servers.js'
import type { Server, ServerQuery } from './servers.js'

export interface ServerPage {
  servers: Server[]
  /** Id of the page's last server, where more follow. */
  last?: string
  /** How many servers match, on all pages together. */
  total: number
}

/** One GET of Nova about a project; `path` receives whether the token is the project's own. */
export type GetFromNova = (path: (own: boolean) => string, expect?: number[]) => Promise<UpstreamResponse>

/**
 * A page of a project's servers, newest first, in two requests: the servers, and their number.
 * @param countByQuota how many servers the project has in all
 * @throws InvalidParameters where the marker is the id of no server; UpstreamError
 */
export async function listServerPage (
  get: GetFromNova, project: string, query: ServerQuery, countByQuota: () => Promise<number>
): Promise<ServerPage> {
  const { hostname } = query
  if (hostname === undefined) return listExactPage(get, project, query, countByQuota())
  if (!isExactPattern(hostname)) return listFilteredPage(get, project, { ...query, hostname })
  return listExactPage(
    get, project, query, listNames(get, project, hostname).then(({ matches }) => matches.length)
  )
}

/**
 * A page that Nova can select by itself. It asks for one server more than the page has, because the `next` of
 * a full page may lead to an empty one. Where Nova caps the page at the limit, its `next` counts, unless the
 * total says that this was all.
 */
async function listExactPage (
  get: GetFromNova, project: string, query: ServerQuery, counting: Promise<number>
): Promise<ServerPage> {
  const { limit, marker } = query
  const path = (own: boolean) =>
    `/servers/detail?${serverQuery(project, own, { ...query, limit: limit + 1 })}`
  const [response, total] = await Promise.all([get(path, marker === undefined ? [] : [400]), counting])
  if (response.status === 400) throw unknownMarker(marker!)
  const { servers, servers_links: next } = validateServers(response.body)
  const page = servers.slice(0, limit)
  const isAll = marker === undefined && page.length >= total
  const last = (servers.length > limit || next !== undefined) && !isAll ? page.at(-1)?.id : undefined
  return { servers: page, last, total }
}

/** The most servers that Nova lists in one response. */
const maxServers = 1_000

/**
 * A page by a part of the name that Nova's filter cannot express exactly. The names show which servers match;
 * then the part of the list that holds the page's servers is fetched.
 */
async function listFilteredPage (
  get: GetFromNova, project: string, { limit, marker, hostname }: ServerQuery & { hostname: string }
): Promise<ServerPage> {
  const { names, matches } = await listNames(get, project, hostname)
  const after = matches.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) throw unknownMarker(marker)
  const page = matches.slice(after + 1, after + 1 + limit)
  if (page.length === 0) return { servers: [], total: matches.length }

  const [from, to] = [names.indexOf(page[0]!), names.indexOf(page.at(-1)!)]
  const range = { marker: names[from - 1]?.id, limit: Math.min(to - from + 1, maxServers), hostname }
  const { body } = await get((own) => `/servers/detail?${serverQuery(project, own, range)}`)
  const servers = validateServers(body).servers
    .filter((server) => nameContains(server, hostname))
    .slice(0, limit)
  const { id: last } = servers.at(-1) ?? page.at(-1)!
  return { servers, last: last === matches.at(-1)!.id ? undefined : last, total: matches.length }
}

/**
 * The servers that Nova finds by a part of the name, and those whose names really contain it.
 * @throws UpstreamError where its pages form a loop
 */
async function listNames (get: GetFromNova, project: string, hostname: string) {
  const names = []
  const seen = new Set<string | undefined>()
  let marker: string | undefined
  do {
    if (seen.has(marker)) {
      throw new UpstreamError('compute', 'invalid', 'returned a list of servers whose pages form a loop')
    }
    seen.add(marker)
    const { body } = await get((own) => `/servers?${serverQuery(project, own, { marker, hostname })}`)
    const { servers, servers_links: next } = validateServerNames(body)
    names.push(...servers)
    marker = next && servers.at(-1)?.id
  } while (marker !== undefined)
  return { names, matches: names.filter((server) => nameContains(server, hostname)) }
}
