import type { Project } from './types.js'

/** The quotas of a project, in the order of their columns: a new one is a new row. */
export const quotas = [
  { key: 'instances', used: 'instancesUsed', limit: 'instancesLimit', unit: 'count', upstream: 'compute' },
  { key: 'vcpus', used: 'vcpusUsed', limit: 'vcpusLimit', unit: 'count', upstream: 'compute' },
  { key: 'memoryMb', used: 'memoryMbUsed', limit: 'memoryMbLimit', unit: 'MiB', upstream: 'compute' },
  {
    key: 'floatingIps',
    used: 'floatingIpsUsed',
    limit: 'floatingIpsLimit',
    unit: 'count',
    upstream: 'network'
  },
  {
    key: 'securityGroups',
    used: 'securityGroupsUsed',
    limit: 'securityGroupsLimit',
    unit: 'count',
    upstream: 'network'
  },
  {
    key: 'volumeStorage',
    used: 'volumeStorageUsed',
    limit: 'volumeStorageLimit',
    unit: 'count',
    upstream: 'block-storage'
  },
  {
    key: 'volumeStorageGb',
    used: 'volumeStorageUsedGb',
    limit: 'volumeStorageLimitGb',
    unit: 'GiB',
    upstream: 'block-storage'
  }
] as const

export type QuotaRow = typeof quotas[number]
export type QuotaKey = QuotaRow['key']

/** `near` from 80 % of the limit on, `full` from 100 %; `unknown` where the usage or the limit is. */
export type Level = 'unknown' | 'unlimited' | 'ok' | 'near' | 'full'

export interface Quota {
  used: number | null
  limit: number | null
  /** Used part of the limit, 1 is all of it; null where there is no limit or something is unknown. */
  share: number | null
  level: Level
}

export const unlimited = -1

/** A share as a level. */
export const levelOf = (share: number): Level => share >= 1 ? 'full' : share >= 0.8 ? 'near' : 'ok'

/** A quota of a project. Use of a limit of 0 counts as all of it, as in the API. */
export function quotaOf (project: Project, { used: usedKey, limit: limitKey }: QuotaRow): Quota {
  const used = project[usedKey]
  const limit = project[limitKey]
  if (used === null || limit === null) return { used, limit, share: null, level: 'unknown' }
  if (limit === unlimited) return { used, limit, share: null, level: 'unlimited' }
  const share = limit === 0 ? Math.min(used, 1) : used / limit
  return { used, limit, share, level: levelOf(share) }
}

/** A project with what its row shows, computed once per read. */
export interface Row {
  project: Project
  quotas: Record<QuotaKey, Quota>
  /** The greatest known share, and of which quota. */
  fullest: { key: QuotaKey, share: number } | null
  notRead: boolean
  /** The text that the filter searches, in lower case. */
  text: string
}

export function rowOf (project: Project): Row {
  const all = Object.fromEntries(quotas.map((row) => [row.key, quotaOf(project, row)])) as Row['quotas']
  let fullest: Row['fullest'] = null
  for (const { key } of quotas) {
    const { share } = all[key]
    if (share !== null && (fullest === null || share > fullest.share)) fullest = { key, share }
  }
  return {
    project,
    quotas: all,
    fullest,
    notRead: Object.values(all).some(({ level }) => level === 'unknown'),
    text: `${project.name ?? ''}\n${project.id}\n${project.description}`.toLowerCase()
  }
}

/** The chips over the table. They are independent: a project that is not read may be full as well. */
export const shows = {
  all: () => true,
  near: ({ fullest }: Row) => levelOf(fullest?.share ?? 0) !== 'ok',
  full: ({ fullest }: Row) => levelOf(fullest?.share ?? 0) === 'full',
  notRead: ({ notRead }: Row) => notRead,
  disabled: ({ project }: Row) => !project.enabled
}
export type Show = keyof typeof shows

export function countShows (rows: Row[]): Record<Show, number> {
  const counts = Object.entries(shows).map(([show, matches]) => [show, rows.filter(matches).length])
  return Object.fromEntries(counts)
}

export type SortKey = 'name' | 'fullest' | QuotaKey
export interface Sort { key: SortKey, descending: boolean }

/** `-fullest` and the like, as they are in the URL. Unknown text is the default: fullest first. */
export function parseSort (text: string | null): Sort {
  const key = (text ?? '').replace(/^-/, '') as SortKey
  const known = key === 'name' || key === 'fullest' || quotas.some((row) => row.key === key)
  return known ? { key, descending: text!.startsWith('-') } : { key: 'fullest', descending: true }
}

export const formatSort = ({ key, descending }: Sort) => `${descending ? '-' : ''}${key}`

const compareText = new Intl.Collator('en', { numeric: true }).compare

/** Rows that match, in order. Rows without the share that they are sorted by come last in both directions. */
export function selectRows (rows: Row[], { q, show, sort }: { q: string, show: Show, sort: Sort }): Row[] {
  const wanted = q.trim().toLowerCase()
  const matches = rows.filter((row) => shows[show](row) && row.text.includes(wanted))
  const direction = sort.descending ? -1 : 1
  const byName = (a: Row, b: Row) =>
    compareText(a.project.name ?? '', b.project.name ?? '') || compareText(a.project.id, b.project.id)
  if (sort.key === 'name') return matches.sort((a, b) => direction * byName(a, b))
  const { key } = sort
  const shareOf = (row: Row) => key === 'fullest' ? row.fullest?.share ?? null : row.quotas[key].share
  return matches.sort((a, b) => {
    const [x, y] = [shareOf(a), shareOf(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byName(a, b)
    return direction * (x - y) || byName(a, b)
  })
}

export interface Total {
  /** The sum of known usages; null where none is known. */
  used: number | null
  /** The sum of limits; null where there is none. */
  limit: number | null
  /** Used part of those limits. */
  share: number | null
  unlimited: number
  unknown: number
}

/** A quota of all rows together. Usages without a limit count in `used`, and not in `share`. */
export function totalOf (rows: Row[], key: QuotaKey): Total {
  const total: Total = { used: null, limit: null, share: null, unlimited: 0, unknown: 0 }
  let usedOfLimits = 0
  for (const { quotas: { [key]: { used, limit, level } } } of rows) {
    if (used !== null) total.used = (total.used ?? 0) + used
    if (limit !== null && limit !== unlimited) total.limit = (total.limit ?? 0) + limit
    if (level === 'unlimited') total.unlimited++
    else if (level === 'unknown') total.unknown++
    else usedOfLimits += used!
  }
  if (total.limit !== null && total.limit > 0) total.share = usedOfLimits / total.limit
  return total
}
