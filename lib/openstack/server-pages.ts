import { UpstreamError } from '#lib/errors.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import { listAll, withFilters } from './list.js'
import {
  hasAddress, isExactPattern, nameContains, readServerNames, readServers, serverQuery, unknownMarker
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
 * A page of a project's servers in two requests: the servers, and their number. By address it is one request,
 * as long as Nova finds at most 999 servers.
 * @param countByQuota how many servers the project has in all, where its quota counts them
 * @throws InvalidParameters where the marker is the id of no server; UpstreamError
 */
export async function listServerPage (
  get: GetFromNova, project: string, query: ServerQuery, countByQuota: () => Promise<number | null>
): Promise<ServerPage> {
  const { hostname, state, address } = query
  if (address !== undefined) return listPageByAddress(get, project, { ...query, address })
  if (hostname === undefined || isExactPattern(hostname)) {
    const counting = hostname === undefined && state === undefined
      ? countByQuota()
      : countNames(get, project, query)
    return listExactPage(get, project, query, counting)
  }
  return listFilteredPage(get, project, { ...query, hostname })
}

/**
 * A page that Nova can select by itself. It asks for one server more than the page has, because the `next` of
 * a full page may lead to an empty one. The list, and no counter, shows whether more follow: clouds without
 * quotas count nothing (-1), and others count late. A count that the list contradicts is replaced by one of
 * the servers' names.
 */
async function listExactPage (
  get: GetFromNova, project: string, query: ServerQuery, counting: Promise<number | null>
): Promise<ServerPage> {
  const { limit, marker } = query
  const path = (own: boolean) =>
    `/servers/detail?${serverQuery(project, own, { ...query, limit: limit + 1 })}`
  const [response, counted] = await Promise.all([get(path, marker === undefined ? [] : [400]), counting])
  if (response.status === 400) throw unknownMarker(marker!)
  const { items, length, more } = readServers(response.body)
  const servers = items.slice(0, limit)
  const isFirst = marker === undefined
  if (isFirst && length <= limit && !more) return { servers, total: length }

  // Nova caps the page at the limit, and links to a next one that may be empty.
  const isCapped = length <= limit && more
  const leastTotal = length + (isFirst ? Number(isCapped) : 1)
  const total = counted !== null && counted >= leastTotal
    ? counted
    : await countNames(get, project, query)
  const follows = length > limit || (isCapped && (!isFirst || total > length))
  return { servers, last: follows ? servers.at(-1)?.id : undefined, total }
}

/** The most servers that Nova lists in one response. */
const maxServers = 1_000

/**
 * A page by a part of the name that Nova's filter cannot express exactly. The names show which servers match;
 * then the part of the list that holds the page's servers is fetched.
 */
async function listFilteredPage (
  get: GetFromNova, project: string, query: ServerQuery & { hostname: string }
): Promise<ServerPage> {
  const { limit, marker, hostname } = query
  const { names, matches } = await listNames(get, project, query)
  const after = matches.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) throw unknownMarker(marker)
  const page = matches.slice(after + 1, after + 1 + limit)
  if (page.length === 0) return { servers: [], total: matches.length }

  const [from, to] = [names.indexOf(page[0]!), names.indexOf(page.at(-1)!)]
  const range = {
    ...query, marker: names[from - 1]?.id, limit: Math.min(to - from + 1, maxServers)
  }
  const { body } = await get((own) => `/servers/detail?${serverQuery(project, own, range)}`)
  const servers = readServers(body).items
    .filter((server) => nameContains(server, hostname))
    .slice(0, limit)
  const { id: last } = servers.at(-1) ?? page.at(-1)!
  return { servers, last: last === matches.at(-1)!.id ? undefined : last, total: matches.length }
}

/**
 * A page by an address. Nova's filter finds more than the servers with it, which few have: all are read, and
 * the page is a part of those that have it.
 */
async function listPageByAddress (
  get: GetFromNova, project: string, query: ServerQuery & { address: string }
): Promise<ServerPage> {
  const { limit, marker, hostname = '', address } = query
  const { items, complete } = await listAll(async (page) => {
    const path = (own: boolean) =>
      `/servers/detail?${withFilters(page, serverQuery(project, own, filtersOf(query)))}`
    return readServers((await get(path)).body)
  })
  if (!complete) throw endless()
  const matches = items.filter((server) => hasAddress(server, address) && nameContains(server, hostname))
  const after = matches.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) throw unknownMarker(marker)
  const servers = matches.slice(after + 1, after + 1 + limit)
  const follows = after + 1 + limit < matches.length
  return { servers, last: follows ? servers.at(-1)!.id : undefined, total: matches.length }
}

const countNames = async (get: GetFromNova, project: string, query: ServerQuery) =>
  (await listNames(get, project, query)).matches.length

/**
 * The servers that Nova finds by a part of the name, and those whose names really contain it.
 * @throws UpstreamError where its list has no end
 */
async function listNames (get: GetFromNova, project: string, query: ServerQuery) {
  const { hostname = '' } = query
  const { items: names, complete } = await listAll(async (page) => {
    const path = (own: boolean) =>
      `/servers?${withFilters(page, serverQuery(project, own, filtersOf(query)))}`
    return readServerNames((await get(path)).body)
  })
  if (!complete) throw endless()
  return { names, matches: names.filter((server) => nameContains(server, hostname)) }
}

const filtersOf = ({ limit, marker, ...filters }: ServerQuery) => filters

const endless = () => new UpstreamError('compute', 'invalid', 'returned a list of servers without its end')
