import { UpstreamError } from '#lib/errors.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import { nameContains, isExactPattern, validateServerNames, serverQuery, validateServers, unknownMarker } from './servers.js'
import type { Server, ServerQuery } from './servers.js'

export interface ServerPage {
  servers: Server[]
  /** Id of the page's last server, where more follow. */
  last?: string
  /** How many servers match, on all pages together. */
  total: number
}

/** One GET of Nova about a project; `path` is told whether the token is the project's own. */
export type GetFromNova = (path: (own: boolean) => string, expect?: number[]) => Promise<UpstreamResponse>

/**
 * A page of a project's servers, newest first, in two calls: the servers, and their number.
 * @param quotaCount how many servers the project has in all
 * @throws InvalidParameters where the marker is of no server.
 */
export async function listServerPage (ask: GetFromNova, project: string, query: ServerQuery, quotaCount: () => Promise<number>): Promise<ServerPage> {
  const { hostname } = query
  if (hostname === undefined) return readExact(ask, project, query, quotaCount())
  if (isExactPattern(hostname)) return readExact(ask, project, query, listNames(ask, project, hostname).then(({ matches }) => matches.length))
  return sift(ask, project, { ...query, hostname })
}

/**
 * A page that Nova itself can cut. One server more than asked for is read: a full page's own `next` may lead to an empty page.
 * Only where Nova caps the page at that size is its `next` believed, unless the number says that this was all.
 */
async function readExact (ask: GetFromNova, project: string, query: ServerQuery, counting: Promise<number>): Promise<ServerPage> {
  const { limit, marker } = query
  const path = (own: boolean) => `/servers/detail?${serverQuery(project, own, { ...query, limit: limit + 1 })}`
  const [answer, total] = await Promise.all([ask(path, marker === undefined ? [] : [400]), counting])
  if (answer.status === 400) throw unknownMarker(marker!)
  const { servers, servers_links: next } = validateServers(answer.body)
  const page = servers.slice(0, limit)
  const all = marker === undefined && page.length >= total
  return { servers: page, last: (servers.length > limit || next !== undefined) && !all ? page.at(-1)?.id : undefined, total }
}

/** The most servers that Nova lists in one answer. */
const most = 1_000

/**
 * A page by a part of the name that Nova's filter cannot tell exactly: the names say which servers match, and the stretch of the
 * list that holds the page's is read then.
 */
async function sift (ask: GetFromNova, project: string, { limit, marker, hostname }: ServerQuery & { hostname: string }): Promise<ServerPage> {
  const { names, matches } = await listNames(ask, project, hostname)
  const after = matches.findIndex(({ id }) => id === marker)
  if (marker !== undefined && after === -1) throw unknownMarker(marker)
  const wanted = matches.slice(after + 1, after + 1 + limit)
  if (wanted.length === 0) return { servers: [], total: matches.length }

  const [from, to] = [names.indexOf(wanted[0]!), names.indexOf(wanted.at(-1)!)]
  const stretch = { marker: names[from - 1]?.id, limit: Math.min(to - from + 1, most), hostname }
  const { body } = await ask((own) => `/servers/detail?${serverQuery(project, own, stretch)}`)
  const servers = validateServers(body).servers.filter((server) => nameContains(server, hostname)).slice(0, limit)
  const { id: last } = servers.at(-1) ?? wanted.at(-1)!
  return { servers, last: last === matches.at(-1)!.id ? undefined : last, total: matches.length }
}

/**
 * The servers that Nova finds by a part of the name, and those that really have it in theirs.
 * @throws UpstreamError where its pages lead in a circle, which would be followed for ever.
 */
async function listNames (ask: GetFromNova, project: string, hostname: string) {
  const names = []
  const sent = new Set<string | undefined>()
  let marker: string | undefined
  do {
    if (sent.has(marker)) throw new UpstreamError('compute', 'invalid', 'returned a list of servers whose pages form a loop')
    sent.add(marker)
    const { servers, servers_links: next } = validateServerNames((await ask((own) => `/servers?${serverQuery(project, own, { marker, hostname })}`)).body)
    names.push(...servers)
    marker = next && servers.at(-1)?.id
  } while (marker !== undefined)
  return { names, matches: names.filter((server) => nameContains(server, hostname)) }
}
