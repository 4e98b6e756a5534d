import { Type } from '@sinclair/typebox'
import type { TObject } from '@sinclair/typebox'
import { recordReader } from '#lib/upstream/record-reader.js'
import type { ReadRecord } from '#lib/upstream/record-reader.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CatalogService } from './catalog.js'

/** A page of an upstream's list. */
export interface Page<Item> {
  /** The records that have an id. */
  items: Item[]
  /** The number of records, those without an id included. */
  length: number
  /** Whether the upstream reports that more follow. */
  more: boolean
  /** The URL of the next page, where the upstream gives it. */
  next?: string
}

type Identified<T extends TObject> = ReadRecord<T> & { id: string }

/**
 * Keystone's `links.next` and `truncated`, and Nova's `servers_links`. Sources: Identity API v3, "Pagination"
 * (from 2025.1 on) and "List truncation"; Compute API, "Paginated collections".
 */
const readLinks = recordReader(Type.Object({
  links: Type.Object({ next: Type.String() }),
  truncated: Type.Boolean(),
  servers_links: Type.Array(Type.Object({ href: Type.Optional(Type.String()) }))
}))

/**
 * A reader of the pages of one list.
 * @param what the list's name in the error, such as "a list of projects"
 * @param key the property of the body that holds the list
 * @param schema the properties of a record; a record without an `id` is left out
 * @returns a function that throws UpstreamError `invalid` for a body without the list
 */
export function pageReader<T extends TObject> (
  service: CatalogService, what: string, key: string, schema: T
) {
  const validate = responseValidator(service, what, Type.Object({ [key]: Type.Array(Type.Unknown()) }))
  const read = recordReader(schema)
  return (body: unknown): Page<Identified<T>> => {
    const records = validate(body)[key]!
    const { links, truncated, servers_links: novaLinks } = readLinks(body)
    const link = novaLinks?.[0]
    const next = links.next ?? link?.href
    return {
      items: records.map(read).filter((record): record is Identified<T> => record.id !== null),
      length: records.length,
      more: truncated === true || next !== undefined || link !== undefined,
      next
    }
  }
}

/** Records of a page that is read in full. Nova's and Keystone's own limits are 1,000 unless set. */
const pageLength = 1_000

/** Pages of a list at most: an upstream that invents records must not fill the memory. */
const maxPages = 100

/**
 * Reads a list page by page. Each page is requested with an explicit `limit`, because Keystone 2025.1 caps a
 * list without a sign where the request has none. A page of that length may have a next one without a link.
 * An upstream that ignores `limit` and `marker` returns nothing new for it, which ends the list.
 * @param getPage reads the page with a query, to which it adds its filters by `withFilters`
 * @returns each record once; `complete` is false where the upstream reports more and returns nothing new
 */
export async function listAll<Item extends { id: string }> (
  getPage: (query: URLSearchParams) => Promise<Page<Item>>
): Promise<{ items: Item[], complete: boolean }> {
  const items = new Map<string, Item>()
  let query = new URLSearchParams()
  let complete = false
  for (let pages = 0; pages < maxPages; pages++) {
    query.set('limit', String(pageLength))
    const page = await getPage(query)
    const known = items.size
    for (const item of page.items) items.set(item.id, item)
    const hasNothingNew = items.size === known
    complete = !page.more && (hasNothingNew || page.length !== pageLength)
    if (complete || hasNothingNew) break
    query = queryOf(page)
  }
  return { items: [...items.values()], complete }
}

/** The query of the page after this one. Only the query of a link counts: it may name another host. */
function queryOf ({ next, items }: Page<{ id: string }>) {
  const base = 'http://localhost'
  return next !== undefined && URL.canParse(next, base)
    ? new URL(next, base).searchParams
    : new URLSearchParams({ marker: items.at(-1)!.id })
}

/** A page's query with filters, which no link may change. */
export function withFilters (query: URLSearchParams, filters: URLSearchParams) {
  const filtered = new URLSearchParams(query)
  for (const [name, value] of filters) filtered.set(name, value)
  return filtered
}
