import t from 'tap'
import type { Instance } from '#schemas/instance.js'
import type { TopInstances } from '#schemas/top-instances.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startWithAuthentication } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'

const top = '/v1/openstack/instances/top'
const rankings = ['cpuUsage', 'memoryUsage', 'networkIo', 'diskRead', 'diskWrite']
const now = Date.parse('2026-11-23T12:00:00.500Z')

for (const metricsStore of ['influxdb', 'prometheus'] as const) {
  t.test(`finds the busiest and the idlest instances in ${metricsStore}`, async (t) => {
    const { app } = await startService(t, { projects: 3, instances: 60, metricsStore, now: () => now })
    for (const by of rankings) {
      const read = async (query: string): Promise<TopInstances> =>
        (await app.inject(`${top}?by=${by}&limit=100${query}`)).json()
      const busiest = (await read('')).metric
      const usages = busiest.map(({ usage }) => usage)
      t.ok(usages.length > 70 && usages[0]! > usages.at(-1)!, by)
      t.same(usages, usages.toSorted((a, b) => b - a), by)
      const idlest = (await read('&order=asc')).metric.map(({ usage }) => usage)
      t.same(idlest, usages.toReversed(), by)
      const own = (await read(`&projectId=${adminProjectId}`)).metric
      t.same(own, busiest.filter(({ tenant_id: id }) => id === adminProjectId), by)
      t.ok(own.every(({ projectName }) => projectName === 'admin'))
    }
  })
}

t.test('has the usages that the instances of a project have', async (t) => {
  const { app } = await startService(t, { now: () => now })
  const list: Instance[] =
    (await app.inject(`/v1/openstack/projects/${adminProjectId}/instances?limit=100`)).json().metric
  for (const by of ['cpuUsage', 'memoryUsage'] as const) {
    const expected = list.filter((instance) => instance[by] !== null)
      .sort((a, b) => b[by]! - a[by]! || (a.instance_id < b.instance_id ? -1 : 1)).slice(0, 5)
    const { metric, ...rest } = (await app.inject(`${top}?by=${by}&limit=5`)).json()
    t.same(metric.map((instance: Instance) => instance[by]), expected.map((instance) => instance[by]), by)
    const other = by === 'cpuUsage' ? 'memoryUsage' : 'cpuUsage'
    t.same(metric.map((instance: Instance) => instance[other]), Array(5).fill(null))
    t.same(rest, { by, order: 'desc', ...(by === 'memoryUsage' && { approximate: true }) })
  }
})

t.test('costs one metrics request, and as many of Nova as it describes, which are cached', async (t) => {
  const clock = { time: now }
  const { app, simulator, count } = await startService(t, { env: { CACHE: 'on' }, now: () => clock.time })
  await app.openstack.reach()
  await app.inject(`${top}?by=cpuUsage&limit=1`)
  simulator.calls.length = 0
  for (const [by, metrics] of [['diskRead', 1], ['networkIo', 1], ['memoryUsage', 2]] as const) {
    const { metric } = (await app.inject(`${top}?by=${by}&limit=20`)).json()
    t.equal(metric.length, 20)
    t.equal(count('metrics'), metrics, by)
    simulator.calls.splice(0, Infinity, ...simulator.calls.filter(({ upstream }) => upstream === 'compute'))
  }
  t.ok(count('compute') >= 20 && count('compute') <= 43)
  simulator.calls.length = 0
  clock.time += 60_000
  await app.inject(`${top}?by=diskRead&limit=20`)
  await app.inject(`${top}?by=networkIo&limit=20`)
  t.ok(count('compute') <= 5, 'only what was not described before')
})

t.test('leaves out deleted instances, and samples in the name of another project', async (t) => {
  const { app, simulator } = await startService(t, { now: () => now })
  const { metric: [first, second, third] } = (await app.inject(`${top}?by=cpuUsage&limit=3`)).json()
  simulator.intercept = ({ path }) =>
    path.endsWith(`/servers/${first.instance_id}`) ? { status: 404, body: {} } : undefined
  t.match((await app.inject(`${top}?by=cpuUsage&limit=1`)).json().metric, [second])
  const server = { id: second.instance_id, tenant_id: demoProjectId }
  simulator.intercept = ({ path }) => path.endsWith(`/servers/${first.instance_id}`)
    ? { status: 404, body: {} }
    : path.endsWith(`/servers/${second.instance_id}`) ? { status: 200, body: { server } } : undefined
  t.match((await app.inject(`${top}?by=cpuUsage&limit=1`)).json().metric, [third])
})

t.test('fails while metrics or Nova fail, and lacks names while Keystone does', async (t) => {
  const { app, simulator } = await startService(t, { now: () => now })
  await app.inject(`${top}?by=cpuUsage`)
  for (const upstream of ['metrics', 'compute']) {
    simulator.intercept = (call) => call.upstream === upstream ? { status: 503 } : undefined
    t.equal((await app.inject(`${top}?by=cpuUsage`)).statusCode, 502, upstream)
  }
  simulator.intercept = ({ path }) => path.startsWith('/v3/projects/') ? { status: 500 } : undefined
  const response = await app.inject(`${top}?by=cpuUsage`)
  t.match(response.json(), { unavailable: ['identity'], metric: [{ projectName: null }] })
  t.equal(response.headers['cache-control'], 'private, no-cache')
})

t.test('each caller sees the instances of its projects only', async (t) => {
  const { get, tokenOf } = await startWithAuthentication(t)
  for (const [caller, expected] of [['demo', 1], ['monitor', 42], ['lead', 43], ['heatLead', 0]] as const) {
    const token = await tokenOf(caller)
    t.equal((await get(`${top}?by=cpuUsage&limit=100`, token)).json().metric.length, expected, caller)
  }
  const demo = await tokenOf('demo')
  const foreign = (await get(`${top}?by=cpuUsage&projectId=${adminProjectId}`, demo)).json()
  t.match(foreign, { status: 404, detail: 'No such project.' })
  t.same((await get(`${top}?by=cpuUsage&projectId=${'0'.repeat(32)}`, demo)).json(), foreign)
})

t.test('asks Nova for the project of an instance whose series name none', async (t) => {
  const { app, get, tokenOf } = await startWithAuthentication(t)
  app.metrics.top = async () => ({
    instances: [adminInstanceId, demoInstanceId].map((instance) => ({ instance, usage: 50 })), exact: true
  })
  const expectedOf = { demo: [demoInstanceId], lead: [adminInstanceId, demoInstanceId] }
  for (const [caller, expected] of Object.entries(expectedOf) as Array<['demo' | 'lead', string[]]>) {
    const { metric } = (await get(`${top}?by=cpuUsage`, await tokenOf(caller))).json()
    t.same(metric.map(({ instance_id: id }: { instance_id: string }) => id), expected, caller)
  }
})

t.test('names an invalid parameter', async (t) => {
  const { app } = await startService(t)
  for (const [parameter, query] of ([
    ['by', ''], ['by', 'by=networkPackets'], ['limit', 'by=cpuUsage&limit=101'],
    ['order', 'by=cpuUsage&order=up'], ['projectId', 'by=cpuUsage&projectId=a%27b']
  ] as const)) {
    t.match((await app.inject(`${top}?${query}`)).json(), { status: 400, errors: [{ parameter }] }, query)
  }
})
