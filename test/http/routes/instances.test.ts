import t from 'tap'
import { failMetrics, metricsFailures } from '#test/support/metrics-failures.js'
import { followPages, metricsStores, readsSamples, startService } from '#test/support/service.js'

const admin = '9c1a27e20412473b843dbf32bdec2390'
const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'
const instances = (project: string, query: string) => `/v1/openstack/projects/${project}/instances?${query}`

t.test('returns the contract\'s example', async (t) => {
  const { app } = await startService(t, { now: () => Date.parse('2017-07-06T04:27:23Z') + 4_226_153_900 })
  t.same((await app.inject(instances(demo, 'limit=2'))).json(), {
    metric: [{
      address: ['115.68.151.163'],
      cpuUsage: 3,
      disk_gb: 1,
      ended_at: '',
      flavor: 'm1.tiny',
      instance_id: 'c5e1012f-9455-47ff-bbb7-1cff5e1f9894',
      memoryUsage: 0,
      memory_mb: 512,
      name: 'demo-test',
      started_at: '2017-07-06T04:27:23',
      state: 'ACTIVE',
      tenant_id: demo,
      uptime: 4226153,
      vcpus: 1,
      zone: 'nova'
    }],
    projectId: demo,
    totalCnt: 1
  })
})

for (const metricsStore of metricsStores) {
  t.test(`sends as many upstream requests for every page length, over ${metricsStore}`, async (t) => {
    const { app, simulator, count } = await startService(t, { metricsStore })
    await app.inject(instances(demo, 'limit=1'))
    for (const query of ['limit=1', 'limit=42', 'limit=1000', 'limit=42&hostname=a']) {
      simulator.calls.length = 0
      const { metric, totalCnt } = (await app.inject(instances(admin, query))).json()
      t.equal(metric.length, Math.min(totalCnt, Number(/[0-9]+/.exec(query))))
      const samples = simulator.calls.filter(readsSamples)
      t.same([count('identity'), count('compute'), samples.length], [1, 2, 1], query)
    }
  })
}

t.test('returns each instance on one page, and the total count on all', async (t) => {
  const { app } = await startService(t)
  const pages = (await followPages(app, instances(admin, 'limit=14'))).map((page) => page.json())
  t.same(pages.map(({ metric, totalCnt }) => [metric.length, totalCnt]), [[14, 42], [14, 42], [14, 42]])
  const ids = pages.flatMap(({ metric }) => metric.map(({ instance_id: id }: { instance_id: string }) => id))
  t.equal(new Set(ids).size, 42)
})

t.test('filters by a literal part of the name', async (t) => {
  const { app } = await startService(t)
  const { metric, totalCnt } = (await app.inject(instances(admin, 'limit=1&hostname=MONASCA'))).json()
  t.match(metric, [{ name: /monasca/ }])
  t.ok(totalCnt >= 1 && totalCnt < 42)
  for (const hostname of ['.', '^', '|', '[', '\\', '(a+)+$', '😀', '서버']) {
    const query = `limit=5&hostname=${encodeURIComponent(hostname)}`
    t.match((await app.inject(instances(admin, query))).json(), { metric: [], totalCnt: 0 }, hostname)
  }
})

t.test('returns null for unknown values', async (t) => {
  const { app, simulator } = await startService(t)
  const server = {
    id: 's',
    name: 'broken',
    status: 'ERROR',
    tenant_id: demo,
    addresses: {},
    flavor: { original_name: 'm1.tiny', vcpus: 1, ram: 512, disk: 1 },
    'OS-EXT-AZ:availability_zone': '',
    'OS-SRV-USG:launched_at': null,
    'OS-SRV-USG:terminated_at': '2026-11-23T08:24:50.000000'
  }
  simulator.intercept = ({ path }) =>
    path === '/v2.1/servers/detail' ? { status: 200, body: { servers: [server] } } : undefined
  t.match((await app.inject(instances(demo, 'limit=5'))).json().metric, [{
    address: [],
    cpuUsage: null,
    memoryUsage: null,
    started_at: null,
    uptime: null,
    zone: null,
    ended_at: '2026-11-23T08:24:50',
    state: 'ERROR'
  }])
})

t.test('returns null for each value that an odd server lacks, and all of the other servers', async (t) => {
  const { app, simulator } = await startService(t)
  const launched = (text: unknown) => ({ 'OS-SRV-USG:launched_at': text, 'OS-SRV-USG:terminated_at': text })
  const times: Array<[unknown, string | null, string | null]> = [
    ['2026-11-23T08:24:50.000000', '2026-11-23T08:24:50', '2026-11-23T08:24:50'],
    ['2026-11-23T08:24:50Z', '2026-11-23T08:24:50', '2026-11-23T08:24:50'],
    ['2026-11-23T10:24:50+02:00', '2026-11-23T08:24:50', '2026-11-23T08:24:50'],
    ['', null, ''],
    [null, null, ''],
    [1, null, ''],
    ['soon', null, null]
  ]
  const timed = times.map(([text], i) => ({ id: `s${i}`, ...launched(text) }))
  const servers = [{ id: 'bare' }, {}, null, ...timed]
  simulator.intercept = ({ path }) =>
    path === '/v2.1/servers/detail' ? { status: 200, body: { servers } } : undefined
  const response = await app.inject(instances(demo, 'limit=50'))
  t.equal(response.statusCode, 200)
  const { metric } = response.json()
  t.same(metric[0], {
    address: [],
    cpuUsage: null,
    disk_gb: null,
    ended_at: '',
    flavor: null,
    instance_id: 'bare',
    memoryUsage: null,
    memory_mb: null,
    name: null,
    started_at: null,
    state: null,
    tenant_id: demo,
    uptime: null,
    vcpus: null,
    zone: null
  })
  t.same(
    metric.slice(1).map(({ started_at: start, ended_at: end }: Record<string, unknown>) => [start, end]),
    times.map(([, start, end]) => [start, end])
  )
})

t.test('counts the instances of a cloud without quotas by listing them', async (t) => {
  const { app, simulator } = await startService(t)
  const absolute = { maxTotalInstances: -1, maxTotalCores: -1, totalInstancesUsed: -1, totalCoresUsed: -1 }
  simulator.intercept = ({ path }) =>
    path === '/v2.1/limits' ? { status: 200, body: { limits: { absolute } } } : undefined
  const pages = (await followPages(app, instances(admin, 'limit=10'))).map((page) => page.json())
  t.same(pages.map(({ metric, totalCnt }) => [metric.length, totalCnt]), [
    ...Array(4).fill([10, 42]), [2, 42]
  ])
})

t.test('finds a project and a marker by their ids in any case', async (t) => {
  const { app } = await startService(t)
  const [first] = (await followPages(app, instances(admin, 'limit=40')))
  const { metric } = first!.json()
  const url = instances(admin.toUpperCase(), `limit=40&marker=${metric.at(-1).instance_id.toUpperCase()}`)
  const { metric: rest, projectId } = (await app.inject(url)).json()
  t.same([rest.length, projectId], [2, admin])
})

t.test('rejects a marker of another project, and sends no request for one of the page before', async (t) => {
  const { app, simulator } = await startService(t, { env: { CACHE: 'on', INSTANCES_TTL: '0' } })
  const foreign = await app.inject(instances(demo, 'limit=5&marker=929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'))
  t.match(foreign.json(), { status: 400, errors: [{ parameter: 'marker' }] })
  const [first] = (await app.inject(instances(admin, 'limit=1'))).json().metric
  simulator.calls.length = 0
  t.equal((await app.inject(instances(admin, `limit=1&marker=${first.instance_id}`))).statusCode, 200)
  t.notOk(simulator.calls.some(({ path }) => path === `/v2.1/servers/${first.instance_id}`))
  const ofNobody = await app.inject(instances('nobody', `limit=1&marker=${first.instance_id}`))
  t.equal(ofNobody.statusCode, 404)
})

for (const metricsStore of metricsStores) {
  t.test(`responds without usage while ${metricsStore} fails`, async (t) => {
    const { app, simulator } = await startService(t, { metricsStore, env: { UPSTREAM_TIMEOUT: '1s' } })
    // The exporter of a Prometheus API is found at the first read.
    await app.inject(instances(demo, 'limit=5'))
    for (const [failure] of metricsFailures[metricsStore]) {
      failMetrics(simulator, failure)
      t.match((await app.inject(instances(demo, 'limit=5'))).json(), {
        metric: [{ name: 'demo-test', cpuUsage: null, memoryUsage: null }],
        totalCnt: 1,
        unavailable: ['metrics']
      }, JSON.stringify(failure))
    }
  })
}

t.test('sends no request to the metrics store for an empty page', async (t) => {
  const { app, count } = await startService(t)
  const response = await app.inject(instances(demo, 'limit=5&hostname=nothing'))
  t.match(response.json(), { metric: [], totalCnt: 0 })
  t.equal(count('metrics'), 0)
})

t.test('rejects unknown projects and invalid parameters, and reports failures', async (t) => {
  const { app, simulator } = await startService(t)
  const problem = async (url: string) => (await app.inject(url)).json()
  t.match(await problem(instances('nobody', 'limit=5')), { status: 404, detail: 'No such project.' })
  t.match(await problem(instances(demo, 'limit=5&marker=nobody')), {
    status: 400, errors: [{ parameter: 'marker' }]
  })
  t.match(await problem(instances(demo, '')), {
    status: 400, errors: [{ parameter: 'limit', message: 'is missing' }]
  })

  app.metrics.latest = async () => { throw new TypeError('a bug') }
  t.match(await problem(instances(demo, 'limit=5')), { status: 500 })
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? { status: 500 } : undefined
  t.match(await problem(instances(demo, 'limit=5')), {
    status: 502, detail: 'The compute service returned an invalid response.'
  })
})
