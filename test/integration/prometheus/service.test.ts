import t from 'tap'
import { usages } from '#lib/metrics/usages.js'
import type { Usage } from '#lib/metrics/usages.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'
import {
  alpha, beta, differences, end, expected, idOf, linesOf, start
} from '#test/support/prometheus/dataset.js'
import { startStore, storeNames } from '#test/support/prometheus/stores.js'

// The instances of the dataset, as those of the simulated cloud: the first one is the admin project's, and
// its twin of another cell is the demo project's. Instance 6 is deleted.
const names: Array<[string, string]> = [
  [idOf(1), adminInstanceId], [idOf(10), demoInstanceId], [alpha, adminProjectId], [beta, demoProjectId]
]
const rename = (line: string) => names.reduce((text, [from, to]) => text.replaceAll(from, to), line)
const deleted = idOf(6)
const numbers: Record<string, number> = { [adminInstanceId]: 1, [demoInstanceId]: 10, [deleted]: 6 }
const range = `timeRangeFrom=${start}&timeRangeTo=${end - 1}&groupBy=1m`
const projects = '/v1/openstack/projects'
const routes: Array<[string, Usage]> = Object.entries(usages)

for (const name of storeNames) {
  t.test(name, async (t) => {
    const url = await startStore(t, name, linesOf('inovex').map(rename))
    if (url === undefined) return
    const env = { INFLUX_URL: '', PROMETHEUS_URL: `${url}/` }
    const start = async (more: Record<string, string> = {}) => {
      const service = await startService(t, { ...env, ...more })
      service.clock.time = end * 1000
      return service
    }

    for (const CACHE of ['on', 'off']) {
      t.test(`each caller sees the series of its own instances alone, with CACHE=${CACHE}`, async (t) => {
        const { get, tokenOf } = await start({ CACHE, SERIES_TTL: '0' })
        const visible: Array<[Caller, string[]]> = [
          ['monitor', [adminInstanceId, deleted]],
          ['demo', [demoInstanceId]],
          ['lead', [adminInstanceId, demoInstanceId, deleted]],
          ['heatLead', []],
          ['admin', [adminInstanceId, demoInstanceId, deleted]]
        ]
        for (const [caller, instances] of [...visible, ...visible.toReversed()]) {
          const token = await tokenOf(caller)
          for (const [instance, number] of Object.entries(numbers)) {
            await Promise.all(routes.map(async ([route, { series }]) => {
              const response = await get(`${projects}/${instance}/${route}?${range}`, token)
              const message = `${caller} ${route} ${number}`
              if (!instances.includes(instance)) return t.equal(response.statusCode, 404, message)
              t.equal(response.statusCode, 200, message)
              for (const { name, metric } of response.json()) {
                const wanted = expected.inovex[idOf(number)]!.metrics[series[name]!]?.[60] ?? []
                const found = metric.map(({ time, usage }: Record<string, number>) => [time, usage])
                t.same(differences(found, wanted), [], message)
              }
            }))
          }
        }
      })
    }

    t.test('a page of instances has the latest usages of its project alone', async (t) => {
      const { get, tokenOf } = await start()
      for (const [caller, project, instance, cpuUsage, memoryUsage] of [
        ['monitor', adminProjectId, adminInstanceId, 60, 44.75],
        ['demo', demoProjectId, demoInstanceId, 30, null],
        ['admin', demoProjectId, demoInstanceId, 30, null]
      ] as const) {
        const response = await get(`${projects}/${project}/instances?limit=1000`, await tokenOf(caller))
        const { metric, unavailable } = response.json()
        t.equal(unavailable, undefined)
        for (const found of metric) {
          const isOwn = found.instance_id === instance
          t.match(found, isOwn ? { cpuUsage, memoryUsage } : { cpuUsage: null, memoryUsage: null })
        }
        t.ok(metric.some((found: { instance_id: string }) => found.instance_id === instance))
      }
    })

    t.test('the service is ready, has a summary, and counts its requests to the store', async (t) => {
      const { get, tokenOf } = await start()
      const token = await tokenOf('admin')
      t.match((await get('/readyz')).json(), { status: 'ready', upstreams: { metrics: 'up' } })
      const summary = (await get(`${projects}/summary`, token)).json()
      t.ok(summary.some(({ id }: { id: string }) => id === adminProjectId))
      await get(`${projects}/${adminInstanceId}/cpuUsage?${range}`, token)
      const metrics = (await get('/metrics')).body
      for (const operation of ['ping', 'detect-profile', 'read-instance-info', 'read-series']) {
        t.match(metrics, `_count{upstream="metrics",operation="${operation}",outcome="ok"}`)
      }
      t.match(metrics, 'openstack_monitoring_batch_series_count 1')
    })

    t.test('hostile ids are rejected before a query', async (t) => {
      const { get, tokenOf } = await start()
      const token = await tokenOf('admin')
      for (const id of ['x"}[1m]) or up #', '.*', 'a|b', '\\', 'ü', '', ' '].map(encodeURIComponent)) {
        const { statusCode } = await get(`${projects}/${id}/cpuUsage?${range}`, token)
        t.ok([400, 404].includes(statusCode), `${id}: ${statusCode}`)
      }
    })

    t.test('a store that is not there, or no Prometheus API, costs the metrics alone', async (t) => {
      for (const [PROMETHEUS_URL, status, state] of [
        ['http://127.0.0.1:1', 503, 'unreachable'], [`${url}/nothing`, 502, 'invalid']
      ] as const) {
        const { get, tokenOf } = await start({ PROMETHEUS_URL })
        const token = await tokenOf('admin')
        t.equal((await get(`${projects}/${adminInstanceId}/cpuUsage?${range}`, token)).statusCode, status)
        t.match((await get('/readyz')).json(), { status: 'degraded', upstreams: { metrics: state } })
        const page = await get(`${projects}/${adminProjectId}/instances?limit=5`, token)
        t.match(page.json(), { unavailable: ['metrics'] })
      }
    })
  })
}
