import t from 'tap'
import {
  countShows, formatSort, parseSort, quotaOf, quotas, rowOf, selectRows, totalOf
} from '#web/lib/quotas.js'
import type { Project } from '#web/lib/types.js'

const numbers = Object.fromEntries(quotas.flatMap(({ used, limit }) => [[used, 1], [limit, 10]]))
const project = (name: string, changes: Partial<Project> = {}) =>
  ({ id: `id-${name}`, name, description: '', enabled: true, ...numbers, ...changes }) as Project
const [instances] = quotas

t.test('a quota has a level and a share', async (t) => {
  const cases: Array<[used: number | null, limit: number | null, share: number | null, level: string]> = [
    [0, 10, 0, 'ok'],
    [79, 100, 0.79, 'ok'],
    [80, 100, 0.8, 'near'],
    [99, 100, 0.99, 'near'],
    [10, 10, 1, 'full'],
    [16, 15, 16 / 15, 'full'],
    [10, -1, null, 'unlimited'],
    [0, 0, 0, 'ok'],
    [3, 0, 1, 'full'],
    [null, 10, null, 'unknown'],
    [10, null, null, 'unknown'],
    [null, -1, null, 'unknown'],
    [null, null, null, 'unknown']
  ]
  for (const [used, limit, share, level] of cases) {
    const given = project('a', { instancesUsed: used, instancesLimit: limit })
    t.same(quotaOf(given, instances), { used, limit, share, level }, `${used} of ${limit}`)
  }
})

const unread = { volumeStorageUsed: null, volumeStorageLimit: null, unavailable: ['block-storage'] } as const
const rows = [
  project('b-2', { vcpusUsed: 9, description: 'Search team' }),
  project('b-10', { vcpusUsed: 12 }),
  project('c', { enabled: false }),
  project('d', { ...unread, vcpusUsed: 10, unavailable: ['block-storage'] }),
  project('e', Object.fromEntries(quotas.map(({ limit }) => [limit, -1]))),
  project('한국', { name: null })
].map(rowOf)

t.test('the fullest quota is the one with the greatest known share', async (t) => {
  t.same(rows[1]!.fullest, { key: 'vcpus', share: 1.2 })
  t.equal(rows[4]!.fullest, null, 'no limit is not full')
})

t.test('chips count independently', async (t) => {
  t.same(countShows(rows), { all: 6, near: 3, full: 2, notRead: 1, disabled: 1 })
})

const names = (q: string, show: keyof ReturnType<typeof countShows>, sort: string | null) =>
  selectRows(rows, { q, show, sort: parseSort(sort) }).map(({ project: { id } }) => id.slice(3))

t.test('rows are filtered and sorted', async (t) => {
  t.same(names('', 'all', null), ['b-10', 'd', 'b-2', '한국', 'c', 'e'], 'fullest first, no share last')
  t.same(names('', 'all', 'fullest'), ['한국', 'c', 'b-2', 'd', 'b-10', 'e'], 'no share last here too')
  t.same(names('', 'all', 'name'), ['한국', 'b-2', 'b-10', 'c', 'd', 'e'], 'numbers in names count')
  t.same(names('', 'all', '-name'), ['e', 'd', 'c', 'b-10', 'b-2', '한국'])
  t.same(names('', 'full', '-vcpus'), ['b-10', 'd'])
  t.same(names(' SEARCH ', 'all', null), ['b-2'], 'in the description, in any case')
  t.same(names('id-c', 'all', null), ['c'], 'in the id')
  t.same(names('none', 'all', null), [])
})

t.test('a sort of the URL is known, or the default', async (t) => {
  for (const text of ['-fullest', 'name', '-volumeStorageGb']) t.equal(formatSort(parseSort(text)), text)
  for (const text of [null, '', 'size', '--name']) t.equal(formatSort(parseSort(text)), '-fullest')
})

t.test('a total sums what is known and counts the rest', async (t) => {
  t.same(totalOf(rows, 'volumeStorage'), { used: 5, limit: 40, share: 0.1, unlimited: 1, unknown: 1 })
  t.same(totalOf([rows[3]!], 'volumeStorage'), {
    used: null, limit: null, share: null, unlimited: 0, unknown: 1
  }, 'unknown is not 0')
  t.same(totalOf([rows[4]!], 'vcpus'), { used: 1, limit: null, share: null, unlimited: 1, unknown: 0 })
})
