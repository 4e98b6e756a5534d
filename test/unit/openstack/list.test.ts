import { Type } from '@sinclair/typebox'
import t from 'tap'
import { listAll, pageReader, withFilters } from '#lib/openstack/list.js'

const readPage = pageReader('identity', 'a list of things', 'things', Type.Object({ id: Type.String() }))
const things = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `t${from + i}` }))

/** Lists from an upstream that responds with these bodies, one after the other, and then with the last. */
async function listFrom (bodies: object[]) {
  const queries: string[] = []
  const list = await listAll(async (query) => {
    queries.push(String(query))
    return readPage(bodies[Math.min(queries.length, bodies.length) - 1])
  })
  return { ...list, queries, ids: list.items.map(({ id }) => id) }
}

const ids = (count: number) => things(0, count).map(({ id }) => id)

t.test('reads the pages and their signs of Keystone and Nova', async (t) => {
  const page = { items: [{ id: 'a' }], length: 1, more: false, next: undefined }
  const body = { things: [{ id: 'a', name: 'x' }] }
  t.same(readPage(body), page)
  t.same(readPage({ ...body, links: { next: null, self: 's' }, truncated: false }), page)
  t.same(readPage({ ...body, links: null, truncated: null, servers_links: null }), page)
  t.same(readPage({ ...body, links: { next: '?x' } }), { ...page, more: true, next: '?x' })
  t.same(readPage({ ...body, truncated: true }), { ...page, more: true })
  t.same(readPage({ ...body, servers_links: [{ rel: 'next', href: '?x' }] }), {
    ...page, more: true, next: '?x'
  })
  t.same(readPage({ ...body, servers_links: [{ rel: 'next' }] }), { ...page, more: true })
})

t.test('leaves out a record without an id, and counts it', async (t) => {
  for (const odd of [{}, null, 'x', { id: 1 }]) {
    t.match(readPage({ things: [odd, { id: 'a' }] }), { items: [{ id: 'a' }], length: 2 })
  }
  for (const body of [null, {}, { things: null }, { things: {} }]) {
    t.throws(() => readPage(body), { name: 'UpstreamError', reason: 'invalid' })
  }
})

t.test('reads a short list by one request, which has a limit', async (t) => {
  t.match(await listFrom([{ things: things(0, 3) }]), {
    ids: ids(3), complete: true, queries: ['limit=1000']
  })
  t.match(await listFrom([{ things: [] }]), { ids: [], complete: true, queries: ['limit=1000'] })
})

t.test('follows links by their query, whatever their host and path', async (t) => {
  const next = 'http://elsewhere/v3/users?marker=t1&limit=2&domain_id=d'
  const { ids: found, queries, complete } = await listFrom([
    { things: things(0, 2), truncated: true, links: { next } },
    { things: things(2, 4), links: { next: '?marker=t3' } },
    { things: things(4, 5) }
  ])
  t.same(found, ids(5))
  t.same(queries, ['limit=1000', 'marker=t1&limit=1000&domain_id=d', 'marker=t3&limit=1000'])
  t.equal(complete, true)
})

t.test('goes on after the last record where more follow without a readable link', async (t) => {
  for (const sign of [{ truncated: true }, { links: { next: 'http://[' } }, { servers_links: [{}] }]) {
    const { ids: found, queries, complete } = await listFrom([
      { things: things(0, 2), ...sign }, { things: things(2, 3) }
    ])
    t.same([found, queries.at(-1), complete], [ids(3), 'marker=t1&limit=1000', true])
  }
})

t.test('goes on after a page as long as the limit, without any sign', async (t) => {
  const all = things(0, 2_500)
  const { ids: found, queries, complete } = await listFrom([
    { things: all.slice(0, 1_000) }, { things: all.slice(1_000, 2_000) }, { things: all.slice(2_000) }
  ])
  t.same(found, ids(2_500))
  t.same(queries, ['limit=1000', 'marker=t999&limit=1000', 'marker=t1999&limit=1000'])
  t.equal(complete, true)
  t.match(await listFrom([{ things: all.slice(0, 1_000) }, { things: [] }]), { complete: true })
})

t.test('reads a list once from an upstream without pages, whatever its length', async (t) => {
  for (const [count, requests] of [[999, 1], [1_000, 2], [1_001, 1], [5_000, 1]] as const) {
    const { ids: found, queries, complete } = await listFrom([{ things: things(0, count) }])
    t.same([found.length, queries.length, complete], [count, requests, true])
  }
})

t.test('reports a list as incomplete that is cut and has no next page', async (t) => {
  const signs = [{ truncated: true }, { truncated: true, links: { next: null } }, { links: { next: '?' } }]
  for (const sign of signs) {
    t.match(await listFrom([{ things: things(0, 200), ...sign }]), { ids: ids(200), complete: false })
  }
  t.match(await listFrom([{ things: [], truncated: true }]), { ids: [], complete: false })
})

t.test('ends where an upstream invents pages for ever', async (t) => {
  let requests = 0
  const { items, complete } = await listAll(async () =>
    readPage({ things: [{ id: `t${requests++}` }], truncated: true }))
  t.same([items.length, complete], [100, false])
})

t.test('lets no link change a filter', async (t) => {
  const query = withFilters(new URLSearchParams('marker=a&name=other'), new URLSearchParams({ name: 'mine' }))
  t.equal(String(query), 'marker=a&name=mine')
})
