import t from 'tap'
import { demoInstanceId } from '#simulator/seed.js'
import { failMetrics, metricsFailures } from '#test/support/metrics-failures.js'
import { metricsStores, readsSamples, startService } from '#test/support/service.js'

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
const ranges = ['defaultTimeRange=10m&groupBy=1m', 'timeRangeFrom=10m&timeRangeTo=30m&groupBy=1m']
const usage = (route: string, range = ranges[0], id = instance) =>
  `/v1/openstack/projects/${id}/${route}?${range}`
const seriesNames = {
  cpuUsage: ['cpu'],
  memUsage: ['memory'],
  diskRead: ['read'],
  diskWrite: ['write'],
  networkIo: ['in', 'out'],
  networkPackets: ['in', 'out']
}

for (const metricsStore of metricsStores) {
  t.test(`returns the contract's series, from one request to ${metricsStore}`, async (t) => {
    const { app, simulator } = await startService(t, { metricsStore })
    const hasTwoDecimals = ({ usage }: { usage: number }) =>
      usage >= 0 && Math.abs(usage * 100 - Math.round(usage * 100)) < 1e-6
    // The exporter of a Prometheus API is found at the first read.
    await app.inject(usage('cpuUsage'))
    for (const [route, names] of Object.entries(seriesNames)) {
      for (const range of ranges) {
        simulator.calls.length = 0
        const series = (await app.inject(usage(route, range))).json()
        t.same(series.map(({ name }: { name: string }) => name), names)
        for (const { metric } of series) {
          const times = metric.map(({ time }: { time: number }) => time)
          t.ok(times.length >= 10 && times.length <= 21, `${times.length} buckets`)
          t.same(times, times.map((_: number, i: number) => times[0] + i * 60))
          t.ok(metric.every(hasTwoDecimals))
        }
        t.equal(simulator.calls.filter(readsSamples).length, 1)
        t.ok(simulator.calls.every(({ upstream }) => upstream === 'metrics'), 'nothing else is needed')
      }
    }
  })
}

for (const metricsStore of metricsStores) {
  t.test(`returns empty series for an instance that ${metricsStore} does not know`, async (t) => {
    const { app } = await startService(t, { metricsStore })
    const response = await app.inject(usage('networkIo', ranges[0], 'nobody'))
    t.equal(response.statusCode, 200)
    t.same(response.json(), [{ name: 'in', metric: [] }, { name: 'out', metric: [] }])
  })
}

t.test('reads an id in any case as OpenStack writes it', async (t) => {
  const { app } = await startService(t)
  const url = usage('cpuUsage')
  const { body } = await app.inject(url)
  for (const id of [instance.toUpperCase(), instance.replace('c', 'C')]) {
    t.equal((await app.inject(usage('cpuUsage', ranges[0], id))).body, body)
  }
})

t.test('reads samples of the instance\'s project alone, once a page has shown the project', async (t) => {
  const { app, simulator, count } = await startService(t, { env: { CACHE: 'on', SERIES_TTL: '0' } })
  const projectsOfQueries = () => [...new Set(simulator.calls.splice(0)
    .filter(({ upstream }) => upstream === 'metrics')
    .flatMap(({ body }) => [...new URLSearchParams(body).get('q')!.matchAll(/"_tenant_id" = '([^']*)'/g)])
    .map(([, project]) => project))]
  await app.inject(usage('cpuUsage'))
  t.same(projectsOfQueries(), [])
  await app.inject('/v1/openstack/projects/9c1a27e20412473b843dbf32bdec2390/instances?limit=1000')
  t.same(projectsOfQueries(), ['9c1a27e20412473b843dbf32bdec2390'], 'a page counts its own project alone')
  await app.inject(usage('cpuUsage'))
  t.equal(count('compute'), 0, 'no request to Nova for it')
  t.same(projectsOfQueries(), ['9c1a27e20412473b843dbf32bdec2390'])
})

for (const metricsStore of metricsStores) {
  t.test(`returns series over ${metricsStore} while the cloud is down`, async (t) => {
    const { app, simulator } = await startService(t, { metricsStore })
    simulator.intercept = ({ upstream }) => upstream === 'metrics' ? undefined : 'reset'
    t.equal((await app.inject(usage('cpuUsage'))).statusCode, 200)
  })
}

for (const metricsStore of metricsStores) {
  t.test(`reports how ${metricsStore} failed, without its text`, async (t) => {
    const { app, simulator } = await startService(t, { metricsStore, env: { UPSTREAM_TIMEOUT: '1s' } })
    // The exporter of a Prometheus API is found at the first read.
    await app.inject(usage('memUsage', ranges[0], demoInstanceId))
    for (const [failure, status] of metricsFailures[metricsStore]) {
      failMetrics(simulator, failure)
      const { statusCode, headers, body } = await app.inject(usage('memUsage'))
      t.equal(statusCode, status, JSON.stringify(failure))
      t.equal(headers['content-type'], 'application/problem+json; charset=utf-8')
      t.equal(headers['retry-after'], status === 503 ? '5' : undefined)
      t.match(body, 'metrics')
      t.notMatch(body, /secret|127\.0\.0\.1|node:/)
    }
  })
}
