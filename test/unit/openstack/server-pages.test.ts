import fc from 'fast-check'
import t from 'tap'
import { listServerPage } from '#lib/openstack/server-pages.js'
import type { GetFromNova } from '#lib/openstack/server-pages.js'
import type { ServerQuery } from '#lib/openstack/servers.js'

const details = {
  status: 'ACTIVE',
  tenant_id: 'p',
  addresses: {},
  flavor: { original_name: 'f', vcpus: 1, ram: 1, disk: 1 },
  'OS-SRV-USG:launched_at': null,
  'OS-SRV-USG:terminated_at': null
}

/**
 * A project with servers of these names, as Nova lists it, with so many in one answer at most; and what it
 * was asked.
 */
function nova (names: string[], most = 1_000) {
  const servers = names.map((name, i) => ({ id: `s${i}`, name }))
  const asked: string[] = []
  const ask: GetFromNova = async (path) => {
    const { pathname, searchParams: query } = new URL(path(true), 'http://nova')
    asked.push(pathname)
    const pattern = new RegExp(query.get('name') ?? '')
    const start = servers.findIndex(({ id }) => id === query.get('marker')) + 1
    if (query.has('marker') && start === 0) return { status: 400, headers: {}, body: {} }
    const limit = Math.min(Number(query.get('limit') ?? most), most)
    const found = servers.slice(start).filter(({ name }) => pattern.test(name)).slice(0, limit)
    const body = {
      servers: pathname === '/servers' ? found : found.map((server) => ({ ...server, ...details })),
      ...(found.length === limit && { servers_links: [{ rel: 'next' }] })
    }
    return { status: 200, headers: {}, body }
  }
  const page = (query: ServerQuery) => listServerPage(ask, 'p', query, async () => {
    asked.push('/limits')
    return names.length
  })
  return { page, asked, ask }
}

/** All pages from the first one on. */
async function pages ({ page }: ReturnType<typeof nova>, query: ServerQuery) {
  const all = []
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const one = await page({ ...query, marker })
    all.push(one)
    marker = one.last
  }
  return all
}

const numbered = (count: number, name = 'vm') => Array.from({ length: count }, (_, i) => `${name}-${i}`)

t.test('gives each server once, in two calls a page, and no empty last page', async (t) => {
  for (const [count, limit, expected] of [
    [42, 7, 6], [42, 10, 5], [42, 42, 1], [42, 1_000, 1], [0, 5, 1]
  ] as const) {
    const cloud = nova(numbered(count))
    const all = await pages(cloud, { limit })
    t.equal(all.length, expected)
    t.same(all.flatMap(({ servers }) => servers.map(({ name }) => name)), numbered(count))
    t.ok(all.every(({ total }) => total === count))
    t.equal(cloud.asked.length, 2 * expected)
  }
})

t.test('goes on where Nova caps a page, and not where the cap is where the list ends', async (t) => {
  t.same((await pages(nova(numbered(25), 10), { limit: 20 })).map(({ servers }) => servers.length), [
    10, 10, 5
  ])
  t.same((await pages(nova(numbered(10), 10), { limit: 20 })).map(({ servers }) => servers.length), [10])
})

t.test('counts names over all of Nova\'s answers', async (t) => {
  const cloud = nova([...numbered(25), ...numbered(12, 'web')], 10)
  t.match(await cloud.page({ limit: 5, hostname: 'WEB' }), { total: 12, last: 's29' })
  t.same(cloud.asked.sort(), ['/servers', '/servers', '/servers/detail'])
})

t.test('follows no pages that lead in a circle, by the names nor by their number', async (t) => {
  for (const circle of [['s1'], ['s1', 's2'], ['s1', 's2', 's3']]) {
    for (const hostname of ['vm', 'vm|']) {
      let asked = 0
      const ask: GetFromNova = async (path) => {
        if (path(true).startsWith('/servers/detail')) {
          return { status: 200, headers: {}, body: { servers: [] } }
        }
        if (asked > 100) throw new Error('asks on and on')
        const servers = [{ id: 's0', name: 'vm-0' }, { id: circle[asked++ % circle.length], name: 'vm' }]
        return { status: 200, headers: {}, body: { servers, servers_links: [{ rel: 'next' }] } }
      }
      await t.rejects(listServerPage(ask, 'p', { limit: 5, hostname }, async () => 3), {
        name: 'UpstreamError', upstream: 'compute', reason: 'invalid'
      })
      t.equal(asked, circle.length + 1)
    }
  }
})

t.test('refuses a marker that is of no server, or of none that matches', async (t) => {
  const { page } = nova(['a|b', 'c'])
  for (const hostname of [undefined, 'c', '|']) {
    await t.rejects(page({ limit: 5, marker: 'nobody', hostname }), {
      name: 'InvalidParameters', message: /^marker "nobody" is not/
    })
  }
  await t.rejects(page({ limit: 5, marker: 's1', hostname: '|' }), { name: 'InvalidParameters' })
})

t.test('finds any part of a name, literally, on pages that are full up to the last one', async (t) => {
  const part = fc.string({
    unit: fc.constantFrom('a', 'B', '.', '-', '|', '\\', '[', 'é', '서', '😀'), minLength: 1, maxLength: 3
  })
  const names = fc.array(
    fc.string({
      unit: fc.constantFrom('a', 'A', 'b', '.', '-', '|', '\\', '[', 'é', '서', '😀'), maxLength: 6
    }),
    { maxLength: 12 }
  )
  await fc.assert(fc.asyncProperty(names, part, fc.integer({
    min: 1, max: 4
  }), async (names, hostname, limit) => {
    const all = await pages(nova(names, 100), { limit, hostname })
    const expected = names.filter((name) => name.toLowerCase().includes(hostname.toLowerCase()))
    const found = all.flatMap(({ servers }) => servers.map(({ name }) => name))
    return JSON.stringify(found) === JSON.stringify(expected) &&
      all.every(
        ({ total, servers, last }) => total === expected.length &&
          (last === undefined || servers.length === limit)
      )
  }), { numRuns: 500 })
})

t.test('reads on from what it found where servers went while it looked', async (t) => {
  const { ask } = nova(['é1', 'é2', 'é3'])
  const without = (gone: string[]): GetFromNova => async (path, expect) => {
    const answer = await ask(path, expect)
    const { servers } = answer.body as { servers: Array<{ name: string }> }
    return path(true).startsWith('/servers/detail')
      ? {
          ...answer, body: { servers: servers.filter(({ name }) => !gone.includes(name)) }
        }
      : answer
  }
  const page = (gone: string[]) =>
    listServerPage(without(gone), 'p', { limit: 2, hostname: 'é' }, async () => 3)
  t.match(await page(['é2']), { servers: [{ name: 'é1' }], last: 's0', total: 3 })
  t.match(await page(['é1', 'é2']), { servers: [], last: 's1', total: 3 })
})
