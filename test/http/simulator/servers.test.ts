import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId } from '#simulator/seed.js'
import { simulate } from '#test/support/simulator-client.js'

const { as } = await simulate(t, { projects: 10, instances: 1100 })
const admin = await as('admin')
const demo = await as('demo')
const monitor = await as('monitor')
const nova = admin.url('compute')

t.test('returns pages from the newest on, with a next link after each full page', async (t) => {
  const seen: string[] = []
  let url = `${nova}/servers?project_id=${adminProjectId}&limit=14&all_tenants=1`
  const sizes = []
  while (url) {
    const { servers, servers_links: links } = (await admin.get(url)).body
    seen.push(...servers.map(({ id }: any) => id))
    sizes.push(servers.length)
    url = links?.[0].href
    if (sizes.length > 1) continue
    t.match(
      url, new RegExp(`servers\\?all_tenants=1&limit=14&project_id=${adminProjectId}&marker=[-0-9a-f]{36}$`)
    )
  }
  t.strictSame(sizes, [14, 14, 14, 0], 'an empty page follows a full last page')
  t.equal(new Set(seen).size, 42)
  t.equal(seen.at(-1), adminInstanceId)
})

t.test('sorts by age and returns at most 1,000', async (t) => {
  const { servers, servers_links: links } = (await admin.get(
    `${nova}/servers/detail?all_tenants=1&limit=5000`
  )).body
  t.equal(servers.length, 1000)
  t.ok(links)
  const created = servers.map((server: any) => server.created)
  t.strictSame(created, created.toSorted().reverse())
  t.equal((await admin.get(links[0].href)).body.servers.length, 143)
})

t.test('finds names by an unanchored, case-insensitive regular expression', async (t) => {
  const names = async (name: string) => {
    const search = new URLSearchParams({ all_tenants: 'true', tenant_id: adminProjectId, name })
    return (await admin.get(`${nova}/servers?${search}`)).body.servers.map((server: any) => server.name)
  }
  t.strictSame((await names('MONASCA')).length, 7)
  t.strictSame(await names('^kafka-[12]$'), ['kafka-2', 'kafka-1'])
  t.strictSame(await names('kafka.3'), ['kafka-3'])
  t.strictSame(await names('kafka|monasca'), [])
})

for (const [search, status] of [
  [
    'name=[', 400
  ], ['name=', 400], ['limit=-1', 400], ['limit=', 400], ['marker=none', 400], ['all_tenants=maybe', 400],
  ['limit=0', 200], ['marker=', 200], ['all_tenants=no', 200]
] as const) {
  t.test(`returns ${status} for ?${search}`, async (t) => {
    t.equal((await admin.get(`${nova}/servers/detail?${search}`)).status, status)
  })
}

t.test('members and readers can list only their own project', async (t) => {
  const forbidden = (message: RegExp) => ({ status: 403, body: { forbidden: { message } } })
  t.match(await demo.get(`${nova}/servers/detail?all_tenants=1`), forbidden(/servers:detail:get_all_tenants/))
  t.match(await monitor.get(`${nova}/servers?all_tenants`), forbidden(/servers:index:get_all_tenants/))
  const { servers } = (await demo.get(`${nova}/servers?project_id=${adminProjectId}`)).body
  t.strictSame(servers.map(({ id }: any) => id), [demoInstanceId])
  t.strictSame((await admin.get(`${nova}/servers?all_tenants=1&project_id=none`)).body.servers, [])
})
