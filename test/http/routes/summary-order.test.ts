import t from 'tap'
import type { Test } from 'tap'
import type { ProjectSummary } from '#schemas/project.js'
import { followPages, startService } from '#test/support/service.js'

const summary = '/v1/openstack/projects/summary'
const absolute = (instances: [number, number]) => ({
  maxTotalInstances: instances[1],
  totalInstancesUsed: instances[0],
  maxTotalCores: -1,
  totalCoresUsed: 5,
  maxTotalRAMSize: 0,
  totalRAMUsed: 0
})

/** Used and allowed instances of each project; the other quotas are unlimited, 0 or absent. */
const quotas: Record<string, [number, number]> = {
  a: [1, 10], b: [9, 10], c: [12, 10], d: [5, -1], e: [3, 0], f: [9, 10], g: [-1, 10]
}

/** Starts the service over a cloud with these projects, which have the names of their ids. */
async function startWithQuotas (t: Test) {
  const service = await startService(t, { env: { ABSENT_SERVICES: 'network,block-storage' } })
  const projects = Object.keys(quotas).map((id) =>
    ({ id, name: `project ${id}`, enabled: id !== 'a', domain_id: 'default', is_domain: false }))
  service.simulator.intercept = ({ path, query }) => {
    if (path === '/v3/projects') return { status: 200, body: { projects } }
    const quota = quotas[query.get('tenant_id') ?? '']
    return quota && { status: 200, body: { limits: { absolute: absolute(quota) } } }
  }
  const get = async (query: string): Promise<ProjectSummary[]> =>
    (await service.app.inject(`${summary}?${query}`)).json()
  const order = async (query: string) => (await get(query)).map(({ id }) => id).join('')
  return { ...service, get, order }
}

t.test('sorts by name and by the greatest share, without a share last', async (t) => {
  const { order } = await startWithQuotas(t)
  t.equal(await order(''), 'abcdefg')
  t.equal(await order('sort=name'), 'abcdefg')
  t.equal(await order('sort=-name'), 'gfedcba')
  t.equal(await order('sort=fullest'), 'abfecdg')
  t.equal(await order('sort=-fullest'), 'cebfadg')
})

t.test('leaves out projects that are not near a limit', async (t) => {
  const { order } = await startWithQuotas(t)
  t.equal(await order('nearLimit=80'), 'bcef')
  t.equal(await order('nearLimit=91'), 'ce')
  t.equal(await order('nearLimit=100&sort=-name'), 'ec')
  t.equal(await order('nearLimit=1&sort=-fullest&projectName=project%20C'), 'c')
})

t.test('links the pages of each order', async (t) => {
  const { app, order } = await startWithQuotas(t)
  for (const query of ['sort=-name', 'sort=fullest', 'sort=-fullest', 'nearLimit=50&sort=-fullest']) {
    const pages = await followPages(app, `${summary}?limit=2&${query}`)
    t.equal(pages.flatMap((page) => page.json()).map(({ id }) => id).join(''), await order(query), query)
  }
  t.equal(await order('nearLimit=80&sort=-fullest&marker=a'), '')
  t.equal(await order('projectName=project%20b&sort=-fullest&marker=c'), 'b')
  t.match(await app.inject(`${summary}?sort=fullest&marker=none`), { statusCode: 400 })
})

t.test('reads the quotas of the page only, unless it needs those of all', async (t) => {
  const { count, get, simulator } = await startWithQuotas(t)
  await get('')
  for (const [query, expected] of [
    ['limit=2&sort=-name', 2], ['limit=2&sort=fullest', 7], ['limit=2&nearLimit=80', 7]
  ] as const) {
    simulator.calls.length = 0
    await get(query)
    t.equal(count('compute', '/v2.1/limits'), expected, query)
  }
})

t.test('names an order or a limit that does not exist', async (t) => {
  const { app } = await startWithQuotas(t)
  for (const [parameter, value] of [['sort', 'size'], ['nearLimit', '0'], ['nearLimit', '1001']] as const) {
    const response = await app.inject(`${summary}?${parameter}=${value}`)
    t.match(response.json(), { status: 400, errors: [{ parameter }] }, value)
  }
})
