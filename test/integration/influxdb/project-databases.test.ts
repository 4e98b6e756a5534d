import { randomUUID } from 'node:crypto'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/authenticated-service.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only, steady } from '#test/support/influxdb/points.js'
import { between } from './service.js'

const databaseOf = (project: string) => `mon_${project}`
const env = { INFLUX_DATABASE: 'mon_%(project_id)s', SERIES_TTL: '0' }
const range = between(0, 899, '1m')

/** Lines of an instance as Monasca writes them into its project's database. CPU is `value` for 15 minutes. */
const linesOf = (instance: string, project: string, value: number) => {
  const of = (metric: string, value: number, device?: string) =>
    only({ metric, device, instance, samples: steady(0, 900, 60, value), tags: { _tenant_id: project } })
  return [
    ...of('cpu.utilization_norm_perc', value),
    ...of('mem.free_perc', 100 - value),
    ...of('io.read_bytes_sec', value * 1024, 'vda')
  ]
}

const influxd = await startInfluxd(t)
if (influxd) {
  const deleted = randomUUID()
  const foreign = randomUUID()
  const unknown = randomUUID()
  for (const project of [adminProjectId, demoProjectId]) {
    await influxd.query(`CREATE DATABASE ${databaseOf(project)}`)
  }
  await influxd.write([
    ...linesOf(adminInstanceId, adminProjectId, 10), ...linesOf(foreign, adminProjectId, 50)
  ], { db: databaseOf(adminProjectId) })
  await influxd.write([
    ...linesOf(demoInstanceId, demoProjectId, 30),
    ...linesOf(deleted, demoProjectId, 40),
    // A client of the project sends samples of another project's instance.
    ...linesOf(adminInstanceId, demoProjectId, 90)
  ], { db: databaseOf(demoProjectId) })

  /** The usage in all buckets for each caller and instance; `undefined` without any, or a status. */
  const expected = {
    admin: {
      [adminInstanceId]: 10, [demoInstanceId]: 30, [deleted]: 40, [foreign]: 50, [unknown]: undefined
    },
    demo: { [adminInstanceId]: 404, [demoInstanceId]: 30, [deleted]: 40, [foreign]: 404, [unknown]: 404 },
    lead: { [adminInstanceId]: 10, [demoInstanceId]: 30, [deleted]: 40, [foreign]: 50, [unknown]: 404 },
    heatLead: { [demoInstanceId]: 404, [deleted]: 404, [unknown]: 404 }
  }
  for (const CACHE of ['on', 'off']) {
    t.test(`each series is read in the database of its instance's project, with CACHE=${CACHE}`, async t => {
      const { get, tokenOf, clock } = await startService(t, { ...env, INFLUX_URL: influxd.url, CACHE })
      clock.time = noon + 3_600_000
      for (const [caller, instances] of Object.entries(expected)) {
        const token = await tokenOf(caller as keyof typeof expected)
        for (const [instance, usage] of Object.entries(instances)) {
          for (const route of ['cpuUsage', 'memUsage', 'diskRead']) {
            const response = await get(`/v1/openstack/projects/${instance}/${route}?${range}`, token)
            const name = `${caller} ${route} ${instance}`
            if (usage === 404) t.equal(response.statusCode, 404, name)
            else {
              const [{ metric }] = response.json()
              t.equal(metric.length, usage === undefined ? 0 : 15, name)
              t.ok(metric.every((bucket: { usage: number }) => bucket.usage === usage), name)
            }
          }
        }
      }
    })
  }

  t.test('concurrent reads of several projects do not mix', async t => {
    const { get, tokenOf, clock } = await startService(t, { ...env, INFLUX_URL: influxd.url })
    clock.time = noon + 3_600_000
    const token = await tokenOf('admin')
    const cpu = async (instance: string) =>
      (await get(`/v1/openstack/projects/${instance}/cpuUsage?${range}`, token)).json()[0].metric[0].usage
    const ids = [adminInstanceId, demoInstanceId, deleted, foreign, demoInstanceId]
    t.same(await Promise.all(ids.map(cpu)), [10, 30, 40, 50, 30])
  })

  t.test('the usages on a page of instances are those of its project\'s database', async t => {
    const { get, tokenOf, clock } = await startService(t, { ...env, INFLUX_URL: influxd.url })
    clock.time = noon + 900_000
    for (const [caller, project, instance, usage] of [
      ['admin', adminProjectId, adminInstanceId, 10],
      ['admin', demoProjectId, demoInstanceId, 30],
      ['demo', demoProjectId, demoInstanceId, 30]
    ] as const) {
      const url = `/v1/openstack/projects/${project}/instances?limit=1000`
      const { metric } = (await get(url, await tokenOf(caller))).json()
      const found = metric.find(({ instance_id: id }: { instance_id: string }) => id === instance)
      t.match(found, { cpuUsage: usage, memoryUsage: usage }, `${caller} ${project}`)
    }
  })

  t.test('a project without a database has instances without usages', async t => {
    await influxd.query(`DROP DATABASE ${databaseOf(demoProjectId)}`)
    const { get, tokenOf, clock } = await startService(t, { ...env, INFLUX_URL: influxd.url })
    clock.time = noon + 900_000
    const token = await tokenOf('demo')
    const page = (await get(`/v1/openstack/projects/${demoProjectId}/instances?limit=10`, token)).json()
    t.equal(page.unavailable, undefined)
    t.match(page.metric, [{ cpuUsage: null, memoryUsage: null }])
    const series = await get(`/v1/openstack/projects/${demoInstanceId}/cpuUsage?${range}`, token)
    t.same(series.json(), [{ name: 'cpu', metric: [] }])
    t.equal((await get(`/v1/openstack/projects/${deleted}/cpuUsage?${range}`, token)).statusCode, 404)
  })
}

const guarded = await startInfluxd(t, { auth: true })
if (guarded) {
  const [mine, others] = [randomUUID(), randomUUID()]
  await guarded.query('CREATE USER reader WITH PASSWORD \'pw\'')
  for (const [project, instance] of [[demoProjectId, mine], [adminProjectId, others]] as const) {
    await guarded.query(`CREATE DATABASE ${databaseOf(project)}`)
    await guarded.write(linesOf(instance, project, 20), { db: databaseOf(project) })
  }

  t.test('an InfluxDB user reads the databases that it is granted, and the search finds those', async t => {
    const { get, tokenOf, clock } = await startService(t, {
      ...env, INFLUX_URL: guarded.url, INFLUX_USERNAME: 'reader', INFLUX_PASSWORD: 'pw'
    })
    clock.time = noon + 3_600_000
    const token = await tokenOf('admin')
    const state = async () => (await get('/readyz')).json().upstreams.metrics
    const cpu = async (instance: string) =>
      (await get(`/v1/openstack/projects/${instance}/cpuUsage?${range}`, token)).json()[0].metric.length
    t.equal(await state(), 'invalid', 'no database is granted')
    await guarded.query(`GRANT READ ON ${databaseOf(demoProjectId)} TO reader`)
    clock.time += 10_000
    t.equal(await state(), 'up')
    t.same([await cpu(mine), await cpu(others)], [15, 0])
  })
}
