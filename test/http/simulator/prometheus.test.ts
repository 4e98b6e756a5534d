import t from 'tap'
import { usages } from '#lib/metrics/usages.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { metricsStores, startService } from '#test/support/service.js'
import { simulate } from '#test/support/simulator-client.js'

const now = () => Date.parse('2026-11-23T12:00:07Z')
const projects = '/v1/openstack/projects'
const stores = await Promise.all(metricsStores.map((metricsStore) =>
  startService(t, { metricsStore, now })))

/** The responses of the services over both stores. */
const getFromBoth = (path: string) => Promise.all(stores.map(async ({ app }) => {
  const response = await app.inject(`${projects}/${path}`)
  t.equal(response.statusCode, 200, path)
  return response.json()
}))

t.test('a simulated Prometheus has the usages of the simulated InfluxDB', async (t) => {
  // The second range has a midnight, when the counters begin again.
  const ranges = [
    'defaultTimeRange=1h&groupBy=1m',
    'timeRangeFrom=2026-11-22T22:00:00Z&timeRangeTo=2026-11-23T02:00:00Z&groupBy=5m'
  ]
  for (const instance of [adminInstanceId, demoInstanceId]) {
    for (const route of Object.keys(usages)) {
      for (const range of ranges) {
        const [influxdb, prometheus] = await getFromBoth(`${instance}/${route}?${range}`)
        for (const [i, { name, metric }] of influxdb.entries()) {
          t.equal(prometheus[i].name, name)
          t.same(metric.map(({ time }: { time: number }) => time),
            prometheus[i].metric.map(({ time }: { time: number }) => time))
          const differences = metric.map(({ usage }: { usage: number }, n: number) =>
            Math.abs(usage - prometheus[i].metric[n].usage))
          t.ok(metric.length > 40 && Math.max(...differences) <= 0.011, `${route} ${name}`)
        }
      }
    }
  }
})

t.test('a week in buckets of an hour has them too, from aggregates', async (t) => {
  for (const route of Object.keys(usages)) {
    const path = `${adminInstanceId}/${route}?defaultTimeRange=7d&groupBy=1h`
    const [influxdb, prometheus] = await getFromBoth(path)
    for (const [i, { name, metric }] of influxdb.entries()) {
      const differences = metric.map(({ time, usage }: { time: number, usage: number }, n: number) => {
        const found = prometheus[i].metric[n]
        return found.time === time ? Math.abs(found.usage - usage) / Math.max(usage, 1) : Infinity
      })
      t.ok(metric.length > 160 && Math.max(...differences) <= 0.011, `${route} ${name}`)
    }
  }
})

t.test('a page of instances has the same latest usages', async (t) => {
  for (const project of [adminProjectId, demoProjectId]) {
    const [influxdb, prometheus] = await getFromBoth(`${project}/instances?limit=100`)
    t.ok(influxdb.metric.length > 0)
    for (const [i, { cpuUsage, memoryUsage }] of influxdb.metric.entries()) {
      const found = prometheus.metric[i]
      t.ok(Math.abs(found.cpuUsage - cpuUsage) <= 0.011, `${found.name}: CPU`)
      t.ok(found.memoryUsage === null || Math.abs(found.memoryUsage - memoryUsage) <= 0.011, found.name)
    }
  }
})

t.test('it has the queries of the service alone', async (t) => {
  const { simulator } = await simulate(t, { projects: 1, instances: 3, metricsStore: 'prometheus', now })
  const post = async (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams(form)
    const response = await fetch(`${simulator.env.PROMETHEUS_URL}/api/v1/${path}`, { method: 'POST', body })
    return { status: response.status, text: await response.text() }
  }
  const info = 'libvirt_domain_openstack_info'
  const instance = `instance_id=~"${demoInstanceId}"`
  for (const [query, expected] of [
    ['1', '"scalar"'],
    [`last_over_time(${info}{${instance}}[600s])`, demoProjectId],
    [`last_over_time(${info}{${instance},project_id="other"}[600s])`, '"result":[]'],
    ['{__name__=~"unknown",domain=~".*"}[60s]', '"result":[]']
  ] as const) {
    const { status, text } = await post('query', { query })
    t.equal(status, 200)
    t.ok(text.includes(expected), text)
  }
  t.match((await post('series', { 'match[]': `${info}{${instance}}` })).text, demoProjectId)
  const aggregate = (name: string) => ({
    query: `label_replace(${name}({__name__=~"libvirt_domain_info_virtual_cpus",domain=~".*"}` +
      '[600000ms] offset 1ms), "label", "value", "", "")',
    start: String(now() / 1000 - 607),
    end: String(now() / 1000),
    step: '300'
  })
  t.match((await post('query_range', aggregate('avg_over_time'))).text, '"label":"value"')
  const others: Array<Record<string, string>> =
    [{}, { ...aggregate('avg_over_time'), step: '0' }, { query: 'up', step: '1' }]
  for (const form of others) {
    t.match(await post('query_range', form), { status: 400, text: /bad_data/ })
  }
  t.match(await post('query_range', aggregate('rate')), { status: 200, text: /"result":\[\]/ })
  t.match(await post('query', { query: 'rate(up[5m])' }), { status: 400, text: /bad_data/ })
  t.match(await post('query', {}), { status: 400 })
  t.match(await post('series', { 'match[]': 'up' }), { status: 400 })
  t.equal((await post('labels', {})).status, 404)
})
