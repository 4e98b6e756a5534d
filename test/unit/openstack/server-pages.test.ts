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
 * A Nova with one project, whose servers have these names.
 * @param maxServers the most servers in one response
 * @param counted the number of servers by the quota
 * @returns `get`, one request; `page`, one page; and the paths of all `requests`
 */
function createNova (names: string[], maxServers = 1_000, counted: number | null = names.length) {
  const servers = names.map((name, i) => ({ id: `s${i}`, name }))
  const requests: string[] = []
  const get: GetFromNova = async (path) => {
    const { pathname, searchParams: query } = new URL(path(true), 'http://nova')
    requests.push(pathname)
    const pattern = new RegExp(query.get('name') ?? '')
    const start = servers.findIndex(({ id }) => id === query.get('marker')) + 1
    if (query.has('marker') && start === 0) return { status: 400, headers: {}, body: {} }
    const limit = Math.min(Number(query.get('limit') ?? maxServers), maxServers)
    const found = servers.slice(start).filter(({ name }) => pattern.test(name)).slice(0, limit)
    const body = {
      servers: pathname === '/servers' ? found : found.map((server) => ({ ...server, ...details })),
      ...(found.length === limit && { servers_links: [{ rel: 'next' }] })
    }
    return { status: 200, headers: {}, body }
  }
  const page = (query: ServerQuery) => listServerPage(get, 'p', query, async () => {
    requests.push('/limits')
    return counted
  })
  return { page, requests, get }
}

/** All pages from the first one on. */
async function listPages ({ page }: ReturnType<typeof createNova>, query: ServerQuery) {
  const all = []
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const one = await page({ ...query, marker })
    all.push(one)
    marker = one.last
  }
  return all
}

const numbered = (count: number, name = 'vm') => Array.from({ length: count }, (_, i) => `${name}-${i}`)

t.test('lists each server once, in two requests a page, without an empty last page', async (t) => {
  for (const [count, limit, expected] of [
    [42, 7, 6], [42, 10, 5], [42, 42, 1], [42, 1_000, 1], [0, 5, 1]
  ] as const) {
    const nova = createNova(numbered(count))
    const all = await listPages(nova, { limit })
    t.equal(all.length, expected)
    t.same(all.flatMap(({ servers }) => servers.map(({ name }) => name)), numbered(count))
    t.ok(all.every(({ total }) => total === count))
    t.equal(nova.requests.length, 2 * expected)
  }
})

t.test('continues where Nova caps a page, unless the capped page is the last one', async (t) => {
  const lengths = async (count: number) =>
    (await listPages(createNova(numbered(count), 10), { limit: 20 })).map(({ servers }) => servers.length)
  t.same(await lengths(25), [10, 10, 5])
  t.same(await lengths(10), [10])
})

t.test('believes no counter that the list contradicts', async (t) => {
  const found = async (nova: ReturnType<typeof createNova>, limit: number) => {
    const pages = await listPages(nova, { limit })
    return [pages.map(({ servers }) => servers.length), [...new Set(pages.map(({ total }) => total))]]
  }
  const lists = (nova: ReturnType<typeof createNova>) =>
    nova.requests.filter((path) => path === '/servers').length
  for (const counted of [null, 0, 1]) {
    t.same(await found(createNova(numbered(7), 1_000, counted), 3), [[3, 3, 1], [7]], `counted ${counted}`)
    t.same(await found(createNova(numbered(7), 3, counted), 5), [[3, 3, 1], [7]], `capped, ${counted}`)
    t.same(await found(createNova(numbered(7), 1_000, counted), 7), [[7], [7]], `one page, ${counted}`)
  }
  const single = createNova(numbered(2), 1_000, 9)
  t.same(await found(single, 5), [[2], [2]])
  t.equal(lists(single), 0, 'a page that holds all servers counts them')
  const exact = createNova(numbered(3), 3, 3)
  t.same(await found(exact, 3), [[3], [3]], 'no empty page follows where Nova caps the list at its end')
  t.equal(lists(exact), 2)
})

t.test('reads a page with odd servers, and goes on after it', async (t) => {
  const get: GetFromNova = async () => ({
    status: 200, headers: {}, body: { servers: [{ id: 's0' }, {}, { id: 's2', name: null }] }
  })
  const page = (limit: number) => listServerPage(get, 'p', { limit }, async () => 3)
  t.match(await page(5), { servers: [{ id: 's0', name: null }, { id: 's2' }], last: undefined, total: 3 })
  t.match(await page(2), { servers: [{ id: 's0' }, { id: 's2' }], last: 's2', total: 3 })
})

t.test('counts matching names over all pages of Nova', async (t) => {
  const nova = createNova([...numbered(25), ...numbered(12, 'web')], 10)
  t.match(await nova.page({ limit: 5, hostname: 'WEB' }), { total: 12, last: 's29' })
  t.same(nova.requests.sort(), ['/servers', '/servers', '/servers/detail'])
})

t.test('rejects pages that form a loop, with and without an exact pattern', async (t) => {
  for (const loop of [['s1'], ['s1', 's2'], ['s1', 's2', 's3']]) {
    for (const hostname of ['vm', 'vm|']) {
      let requests = 0
      const get: GetFromNova = async (path) => {
        if (path(true).startsWith('/servers/detail')) {
          return { status: 200, headers: {}, body: { servers: [] } }
        }
        if (requests > 100) throw new Error('follows the loop')
        const servers = [{ id: 's0', name: 'vm-0' }, { id: loop[requests++ % loop.length], name: 'vm' }]
        return { status: 200, headers: {}, body: { servers, servers_links: [{ rel: 'next' }] } }
      }
      await t.rejects(listServerPage(get, 'p', { limit: 5, hostname }, async () => 3), {
        name: 'UpstreamError', upstream: 'compute', reason: 'invalid'
      })
      t.equal(requests, loop.length + 1)
    }
  }
})

t.test('rejects a marker that is the id of no server, or of none that matches', async (t) => {
  const { page } = createNova(['a|b', 'c'])
  for (const hostname of [undefined, 'c', '|']) {
    await t.rejects(page({ limit: 5, marker: 'unknown', hostname }), {
      name: 'InvalidParameters', message: /^marker "unknown" is not/
    })
  }
  await t.rejects(page({ limit: 5, marker: 's1', hostname: '|' }), { name: 'InvalidParameters' })
})

t.test('finds any literal part of a name, on full pages up to the last one', async (t) => {
  const part = fc.string({
    unit: fc.constantFrom('a', 'B', '.', '-', '|', '\\', '[', 'é', '서', '😀'), minLength: 1, maxLength: 3
  })
  const names = fc.array(
    fc.string({
      unit: fc.constantFrom('a', 'A', 'b', '.', '-', '|', '\\', '[', 'é', '서', '😀'), maxLength: 6
    }),
    { maxLength: 12 }
  )
  const limits = fc.integer({ min: 1, max: 4 })
  await fc.assert(fc.asyncProperty(names, part, limits, async (names, hostname, limit) => {
    const all = await listPages(createNova(names, 100), { limit, hostname })
    const expected = names.filter((name) => name.toLowerCase().includes(hostname.toLowerCase()))
    const found = all.flatMap(({ servers }) => servers.map(({ name }) => name))
    return JSON.stringify(found) === JSON.stringify(expected) && all.every(({ total, servers, last }) =>
      total === expected.length && (last === undefined || servers.length === limit))
  }), { numRuns: 500 })
})

t.test('continues after the listed names where servers disappear during the read', async (t) => {
  const { get } = createNova(['é1', 'é2', 'é3'])
  const without = (deleted: string[]): GetFromNova => async (path, expect) => {
    const response = await get(path, expect)
    const { servers } = response.body as { servers: Array<{ name: string }> }
    if (!path(true).startsWith('/servers/detail')) return response
    return { ...response, body: { servers: servers.filter(({ name }) => !deleted.includes(name)) } }
  }
  const page = (deleted: string[]) =>
    listServerPage(without(deleted), 'p', { limit: 2, hostname: 'é' }, async () => 3)
  t.match(await page(['é2']), { servers: [{ name: 'é1' }], last: 's0', total: 3 })
  t.match(await page(['é1', 'é2']), { servers: [], last: 's1', total: 3 })
})

t.test('pages through the servers with an address, of which Nova finds too many', async (t) => {
  const addr = ['10.0.0.1', '10.0.0.11', '10.0.0.1', '10.0.0.12', '10.0.0.1']
  const paths: string[] = []
  const get: GetFromNova = async (path) => {
    paths.push(path(false))
    const servers = addr.map((addr, i) =>
      ({ ...details, id: `s${i}`, name: `vm ${i}`, addresses: { net: [{ addr }] } }))
    return { status: 200, headers: {}, body: { servers } }
  }
  const page = (query: Partial<ServerQuery>) => listServerPage(
    get, 'p', { limit: 2, address: '10.0.0.1', ...query }, async () => 0
  )
  t.match(await page({}), { servers: [{ id: 's0' }, { id: 's2' }], last: 's2', total: 3 })
  t.match(await page({ marker: 's2', state: 'ACTIVE', sort: 'name' }), {
    servers: [{ id: 's4' }], last: undefined, total: 3
  })
  t.same(paths.map((path) => path.split('?')[1]), [
    'limit=1000&all_tenants=1&project_id=p&ip=10.0.0.1',
    'limit=1000&all_tenants=1&project_id=p&sort_key=display_name&sort_dir=asc&status=ACTIVE&ip=10.0.0.1'
  ])
  t.match((await page({ hostname: 'M 4' })).servers, [{ id: 's4' }])
  await t.rejects(page({ marker: 's1' }), { name: 'InvalidParameters' })
  await page({ address: '2001:db8::1' })
  t.match(paths.at(-1), 'ip6=2001%3Adb8%3A%3A1')
})

t.test('rejects a list by address without an end', async (t) => {
  let page = 0
  const get: GetFromNova = async () => ({
    status: 200, headers: {}, body: { servers: [{ id: `s${page++}` }], servers_links: [{ rel: 'next' }] }
  })
  await t.rejects(
    listServerPage(get, 'p', { limit: 5, address: '10.0.0.1' }, async () => 0),
    { name: 'UpstreamError', upstream: 'compute' }
  )
})
