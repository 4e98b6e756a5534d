import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { metricsStores, readsSamples, startService } from '#test/support/service.js'

const now = Date.parse('2026-11-23T12:00:30Z')
const url = (id: string) => `/v1/openstack/instances/${id}`
const unknown = '00000000-0000-0000-0000-000000000000'

for (const metricsStore of metricsStores) {
  t.test(`returns an instance as the list of its project does, over ${metricsStore}`, async (t) => {
    const { app } = await startService(t, { metricsStore, env: { CACHE: 'on' }, now: () => now })
    for (const [project, name] of [[adminProjectId, 'admin'], [demoProjectId, 'demo']]) {
      const { metric } = (await app.inject(`/v1/openstack/projects/${project}/instances?limit=1000`)).json()
      for (const instance of metric) {
        const response = await app.inject(url(instance.instance_id))
        t.same(response.json(), { ...instance, projectName: name })
        t.equal(response.headers['cache-control'], 'private, max-age=10')
      }
    }
  })
}

t.test('costs one request to Nova, and one to the metrics store', async (t) => {
  for (const metricsStore of metricsStores) {
    const { app, simulator, count } = await startService(t, { metricsStore, env: { CACHE: 'on' } })
    await app.inject(`/v1/openstack/projects/${adminProjectId}/instances?limit=50`)
    simulator.calls.length = 0
    t.equal((await app.inject(url(adminInstanceId.toUpperCase()))).json().instance_id, adminInstanceId)
    t.equal(count('compute'), 1)
    t.equal(count('compute', `/v2.1/servers/${adminInstanceId}`), 1)
    t.equal(simulator.calls.filter(readsSamples).length, 1)
    simulator.calls.length = 0
    await app.inject(url(adminInstanceId.toUpperCase()))
    t.same(simulator.calls, [], 'the response is cached')
  }
})

t.test('an instance that Nova does not know, or no longer, is not found', async (t) => {
  const { app, simulator } = await startService(t, { env: { CACHE: 'on', INSTANCES_TTL: '0' } })
  for (const id of [unknown, 'detail', '0'.repeat(32)]) {
    t.match((await app.inject(url(id))).json(), { status: 404, detail: 'No such instance.' }, id)
  }
  t.equal((await app.inject(url(demoInstanceId))).statusCode, 200)
  simulator.intercept = ({ path }) =>
    path.endsWith(`/servers/${demoInstanceId}`) ? { status: 404 } : undefined
  t.equal((await app.inject(url(demoInstanceId))).statusCode, 404)
  const series = `/v1/openstack/projects/${demoInstanceId}/usages?defaultTimeRange=10m&groupBy=1m`
  t.ok((await app.inject(series)).json().usages[0].series[0].values[0] !== null, 'its series stay')
})

for (const metricsStore of metricsStores) {
  t.test(`has the rest while ${metricsStore} or Keystone is down`, async (t) => {
    const { app, simulator } = await startService(t, { metricsStore, now: () => now })
    const complete = (await app.inject(url(adminInstanceId))).json()
    const down: string[] = []
    simulator.intercept = ({ upstream, path }) =>
      down.includes(upstream) && path !== '/v3/auth/tokens' ? { status: 500 } : undefined
    for (const [failing, lost] of [
      [['metrics'], { cpuUsage: null, memoryUsage: null, unavailable: ['metrics'] }],
      [['identity'], { projectName: null, unavailable: ['identity'] }],
      [['identity', 'metrics'], {
        cpuUsage: null, memoryUsage: null, projectName: null, unavailable: ['identity', 'metrics']
      }]
    ] as const) {
      down.splice(0, down.length, ...failing)
      const response = await app.inject(url(adminInstanceId))
      t.same(response.json(), { ...complete, ...lost })
      t.equal(response.headers['cache-control'], 'private, no-cache')
    }
    down.splice(0, down.length, 'compute')
    t.match((await app.inject(url(adminInstanceId))).json(), { status: 502, detail: /compute/ })
  })
}

t.test('a project that Keystone does not know has no name', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ path }) => path.startsWith('/v3/projects/') ? { status: 404 } : undefined
  const { projectName, ...rest } = (await app.inject(url(adminInstanceId))).json()
  t.equal(projectName, null)
  t.notOk('unavailable' in rest)
})

t.test('a failure of the service itself is no missing part', async (t) => {
  for (const part of ['metrics', 'openstack'] as const) {
    const { app } = await startService(t)
    const broken = async () => { throw new TypeError('a bug of the service') }
    Object.assign(app[part], { latest: broken, project: broken })
    t.equal((await app.inject(url(adminInstanceId))).statusCode, 500)
  }
})

t.test('takes no parameter', async (t) => {
  const { app } = await startService(t)
  t.match((await app.inject(`${url(adminInstanceId)}?limit=1`)).json(), {
    errors: [{ parameter: 'limit', message: 'is not a parameter here: there are none' }]
  })
})
