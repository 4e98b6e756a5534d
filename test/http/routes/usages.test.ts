import t from 'tap'
import type { Test } from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { metricsStores, readsSamples, startService } from '#test/support/service.js'

const now = Date.parse('2026-11-23T12:00:30Z')
const projects = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const names = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const unknown = '00000000-0000-0000-0000-000000000000'

interface UsageSeries {
  usage: string
  unit: string
  series: Array<{ name: string, values: Array<number | null> }>
}
interface OfInstance { instance_id: string, usages: UsageSeries[] }
interface Columns { start: number, step: number, count: number }

type Service = Awaited<ReturnType<typeof startService>>
const start = (t: Test, options: Parameters<typeof startService>[1] = {}) =>
  startService(t, { now: () => now, ...options })
const manyUrl = (project: string, instances: string | string[], usage: string, ofTest = range) =>
  `${projects}/${project}/instances/usages?instances=${instances}&usage=${usage}&${ofTest}`

/** The series of a usage in the format of its own route: buckets without data are left out. */
const toBuckets = ({ series }: UsageSeries, { start, step }: Columns) => series.map(({ name, values }) => ({
  name,
  metric: values.flatMap((usage, i) => usage === null ? [] : [{ time: start + i * step, usage }])
}))

/** Compares usages with the responses of their own routes. */
async function compare (
  t: Test, { app }: Service, id: string, usages: UsageSeries[], body: Columns, range: string
) {
  for (const usage of usages) {
    const alone = (await app.inject(`${projects}/${id}/${usage.usage}?${range}`)).json()
    t.same(toBuckets(usage, body), alone, `${id} ${usage.usage}`)
    for (const { values } of usage.series) t.equal(values.length, body.count)
  }
}

for (const metricsStore of metricsStores) {
  t.test(`returns the series of all routes in columns, over ${metricsStore}`, async (t) => {
    const service = await start(t, { metricsStore, env: { CACHE: 'on' } })
    const others = ['timeRangeFrom=3h&timeRangeTo=1h&groupBy=15m', 'defaultTimeRange=1h&groupBy=7s']
    for (const ofTest of [range, ...others]) {
      for (const id of [adminInstanceId, demoInstanceId, unknown]) {
        const response = await service.app.inject(`${projects}/${id}/usages?${ofTest}`)
        const body = response.json()
        t.equal(response.headers['cache-control'], 'private, max-age=5')
        t.same(body.usages.map(({ usage }: UsageSeries) => usage), names)
        await compare(t, service, id, body.usages, body, ofTest)
      }
    }
  })

  t.test(`returns the series of several instances in columns, over ${metricsStore}`, async (t) => {
    const service = await start(t, { metricsStore, env: { CACHE: 'on' } })
    const page = await service.app.inject(`${projects}/${adminProjectId}/instances?limit=5`)
    const idOf = ({ instance_id: id }: { instance_id: string }) => id
    const ids: string[] = page.json().metric.map(idOf).reverse()
    const url = manyUrl(adminProjectId, [...ids, unknown], 'networkIo,memUsage')
    const response = await service.app.inject(url)
    const { instances, projectId, ...body } = response.json()
    t.equal(response.headers['cache-control'], 'private, max-age=5')
    t.same(body, { start: now / 1000 - 630, step: 60, count: 11 })
    t.equal(projectId, adminProjectId)
    t.same(instances.map(idOf), [...ids, unknown], 'in this order')
    for (const { instance_id: id, usages } of instances as OfInstance[]) {
      t.same(usages.map(({ usage, unit }) => [usage, unit]), [['networkIo', 'KiB/s'], ['memUsage', '%']])
      await compare(t, service, id, usages, body, range)
    }
    t.same(instances.at(-1).usages[1].series, [{ name: 'memory', values: Array(11).fill(null) }])
  })

  t.test(`reads 100 instances in one request a usage at most, over ${metricsStore}`, async (t) => {
    const { app, simulator } = await start(t, { metricsStore, projects: 1, instances: 150 })
    const [id, all] = [...simulator.cloud.instancesByProject].find(([, all]) => all.length >= 100)!
    const ids = all.slice(0, 100).map(({ id }) => id)
    // The reach of the credential and the exporter are found out at the first read.
    await app.openstack.reach()
    await app.inject(`${projects}/${adminInstanceId}/cpuUsage?${range}`)
    const cost = async (usage: string, range: string) => {
      simulator.calls.length = 0
      const { instances } = (await app.inject(manyUrl(id, ids, usage, range))).json()
      t.ok(instances.some(({ usages }: OfInstance) =>
        usages[0]!.series[0]!.values.some((value) => value !== null)))
      const upstreams = simulator.calls.map(({ upstream }) => upstream)
      t.notOk(upstreams.includes('compute'), 'no id costs a request to Nova')
      return simulator.calls.filter(readsSamples).length
    }
    const page = 'defaultTimeRange=58m&groupBy=2m'
    for (const usage of names) t.equal(await cost(usage, page), 1, usage)
    t.ok(await cost('cpuUsage,memUsage', page) <= 2)
    t.ok(await cost(names.join(), page) <= names.length)
    if (metricsStore === 'influxdb') t.equal(await cost('cpuUsage', 'defaultTimeRange=16h&groupBy=1m'), 1)
  })
}

t.test('returns the usages that are asked for, in that order', async (t) => {
  const { app, count } = await start(t)
  const response = await app.inject(`${projects}/${adminInstanceId}/usages?usage=diskRead,cpuUsage&${range}`)
  t.same(response.json().usages.map(({ usage, unit, series }: UsageSeries) => [usage, unit, series.length]), [
    ['diskRead', 'KiB/s', 1], ['cpuUsage', '%', 1]
  ])
  t.equal(count('metrics'), 1)
  await app.inject(`${projects}/${adminInstanceId}/usages?${range}`)
  t.equal(count('metrics'), 2, 'all usages are one request')
})

t.test('an empty list of usages counts as not given where it is optional', async (t) => {
  const { app } = await start(t)
  t.equal((await app.inject(`${projects}/${adminInstanceId}/usages?usage=&${range}`)).json().usages.length, 6)
  const required = await app.inject(manyUrl(adminProjectId, 'a', ''))
  t.match(required.json(), { status: 400, errors: [{ parameter: 'usage', message: 'is missing' }] })
})

for (const metricsStore of metricsStores) {
  t.test(`caches settled buckets of ${metricsStore} for all routes`, async (t) => {
    const { app, simulator } = await start(t, { metricsStore, env: { CACHE: 'on', SERIES_TTL: '0' } })
    const old = 'timeRangeFrom=3h&timeRangeTo=1h&groupBy=15m'
    const url = manyUrl(adminProjectId, adminInstanceId, 'cpuUsage', old)
    const { body } = await app.inject(url)
    simulator.calls.length = 0
    t.equal((await app.inject(url)).body, body)
    t.same(simulator.calls, [], 'the project and all buckets are cached')
  })
}

t.test('has no data of an instance of another project', async (t) => {
  const { app, simulator } = await start(t)
  const url = manyUrl(demoProjectId, [demoInstanceId, adminInstanceId], 'cpuUsage')
  const { instances } = (await app.inject(url)).json()
  const [own, foreign] = instances.map(({ usages }: OfInstance) => usages[0]!.series[0]!.values)
  t.ok(own.every((value: unknown) => value !== null))
  t.ok(foreign.every((value: unknown) => value === null))
  const statements = simulator.calls.filter(({ upstream }) => upstream === 'metrics')
    .map(({ body }) => new URLSearchParams(body).get('q'))
  t.match(statements, [`"_tenant_id" = '${demoProjectId}'`])
})

t.test('a project that does not exist is not found', async (t) => {
  const { app } = await start(t)
  const response = await app.inject(manyUrl('0'.repeat(32), adminInstanceId, 'cpuUsage'))
  t.match(response.json(), { status: 404, detail: 'No such project.' })
})

t.test('reads ids in any case as OpenStack writes them, and then in no other case twice', async (t) => {
  const { app } = await start(t)
  const get = async (ids: string) => (await app.inject(manyUrl(adminProjectId, ids, 'cpuUsage'))).json()
  t.same(await get(adminInstanceId.toUpperCase()), await get(adminInstanceId))
  t.match(await get(`${adminInstanceId.toUpperCase()},${adminInstanceId}`), {
    errors: [{ parameter: 'instances', message: `has "${adminInstanceId}" twice` }]
  })
})

t.test('rejects bad parameters by name, with the offending part', async (t) => {
  const { app, simulator } = await start(t)
  const ids = Array.from({ length: 101 }, (_, n) => `i${n}`)
  const listed = `${names.join(', ')} are`
  const many = (instances: string, usage = 'cpuUsage', ofTest = range) =>
    manyUrl(adminProjectId, instances, usage, ofTest).slice(projects.length + 1)
  const rows: Array<[url: string, parameter: string, message: string]> = [
    [`${adminInstanceId}/usages?usage=cpu&${range}`, 'usage', `"cpu" is not a usage: ${listed}`],
    [`${adminInstanceId}/usages?usage=cpuUsage,,&${range}`, 'usage', `"" is not a usage: ${listed}`],
    [`${adminInstanceId}/usages?usage=toString&${range}`, 'usage', `"toString" is not a usage: ${listed}`],
    [`${adminInstanceId}/usages?usage=cpuUsage,cpuUsage&${range}`, 'usage', 'has "cpuUsage" twice'],
    [`${adminInstanceId}/usages?limit=1&${range}`, 'limit',
      'is not a parameter here: usage, groupBy, defaultTimeRange, timeRangeFrom, timeRangeTo are'],
    [`${adminInstanceId}/usages?groupBy=1m`, 'defaultTimeRange',
      'is missing: give it, or both timeRangeFrom and timeRangeTo'],
    [`${adminInstanceId}/usages?defaultTimeRange=1d&groupBy=1s`, 'groupBy',
      '"1s" cuts this range into 86401 buckets, and at most 11000 are allowed: ' +
      'the smallest groupBy that fits is 8s'],
    [many(`${adminInstanceId},a'b`), 'instances', '"a\'b" is not an id of letters, digits, - and _'],
    [many('a,,b'), 'instances', '"" is not an id of letters, digits, - and _'],
    [many('a,b,a'), 'instances', 'has "a" twice'],
    [many(ids.join()), 'instances',
      'has 101 ids, and at most 100 are allowed: "i100" is the first one beyond'],
    [many('a', 'cpuUsage,cpu'), 'usage', `"cpu" is not a usage: ${listed}`],
    [many(ids.slice(1).join(), 'cpuUsage,networkIo', 'defaultTimeRange=1h&groupBy=10s'), 'groupBy',
      '"10s" cuts this range into 361 buckets, and at most 333 are allowed in each of 300 series: ' +
      'the smallest groupBy that fits is 11s'],
    [many('a', 'cpuUsage', 'defaultTimeRange=1d&groupBy=1s'), 'groupBy',
      '"1s" cuts this range into 86401 buckets, and at most 11000 are allowed in each of 1 series: ' +
      'the smallest groupBy that fits is 8s']
  ]
  for (const [url, parameter, message] of rows) {
    const body = (await app.inject(`${projects}/${url}`)).json()
    t.match(body, { status: 400, detail: `${parameter} ${message}.` }, url)
    t.strictSame(body.errors, [{ parameter, message }])
  }
  const both = (await app.inject(`${projects}/${many('a,a', 'x')}`)).json()
  t.same(both.errors.map(({ parameter }: { parameter: string }) => parameter), ['instances', 'usage'])
  const missing = (await app.inject(`${projects}/a/instances/usages?${range}`)).json()
  t.same(missing.errors.map(({ parameter }: { parameter: string }) => parameter), ['instances', 'usage'])
  t.same(simulator.calls.filter(({ upstream }) => upstream === 'metrics'), [])
})

t.test('the groupBy that a rejection names fits', async (t) => {
  const { app } = await start(t)
  const ids = Array.from({ length: 100 }, (_, n) => `i${n}`)
  const url = (groupBy: string) =>
    manyUrl(adminProjectId, ids, 'cpuUsage', `defaultTimeRange=1d&groupBy=${groupBy}`)
  const [, fitting] = /that fits is (\w+)/.exec((await app.inject(url('1m'))).json().detail)!
  const { start: first, count } = (await app.inject(url(fitting!))).json()
  t.equal(first % 87, 0)
  t.equal(fitting, '87s')
  t.ok(count <= 1_000 && count > 990)
})

for (const metricsStore of metricsStores) {
  t.test(`reports how an upstream failed, over ${metricsStore}`, async (t) => {
    const { app, simulator } = await start(t, { metricsStore, env: { UPSTREAM_TIMEOUT: '1s' } })
    const many = manyUrl(adminProjectId, adminInstanceId, 'cpuUsage')
    const one = `${projects}/${adminInstanceId}/usages?${range}`
    for (const [failing, url, status] of [
      ['metrics', one, 503], ['metrics', many, 503], ['identity', many, 503], ['compute', many, 200],
      ['identity', one, 200]
    ] as const) {
      simulator.intercept = ({ upstream }) => upstream === failing ? 'reset' : undefined
      const response = await app.inject(url)
      t.equal(response.statusCode, status, `${failing} ${url}`)
      if (status === 503) t.match(response.json().detail, failing)
    }
  })
}
