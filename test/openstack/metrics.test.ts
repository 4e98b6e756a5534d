import assert from 'node:assert/strict'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { build, instancesUrl, read, readSummary } from './cloud.js'
import type { Page } from './cloud.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const app = await build(t, { OS_CLOUD: 'admin', INFLUX_URL: influxd.url })
const { demo, web } = await readSummary(app)

const secondMs = 1000
const minuteMs = 60 * secondMs

/** Writes values of an instance of the project demo, as an agent does. */
async function writeSample (instance: string, ageMs: number, values: Record<string, number>) {
  const lines = Object.entries(values).map(([name, value]) =>
    `${name},resource_id=${instance},_region=RegionOne,_tenant_id=${demo!.id} value=${value} ` +
    (Date.now() - ageMs))
  await influxd!.write(lines)
}

async function latestUsages (project = demo!) {
  const { body } = await read<Page>(app, instancesUrl(project.id))
  t.notOk(body.unavailable, 'the metrics store is available')
  return Object.fromEntries(
    body.metric.map(({ name, cpuUsage, memoryUsage }) => [name, [cpuUsage, memoryUsage]])
  )
}

const ids = Object.fromEntries(
  (await read<Page>(app, instancesUrl(demo!.id))).body.metric.map(({ name, instance_id: id }) => [name, id])
)

t.test('the usage of an instance without samples is null', async (t) => {
  t.ok(Object.values(await latestUsages()).every(([cpu, memory]) => cpu === null && memory === null))
})

t.test('each instance has its latest usage', async (t) => {
  await writeSample(ids['demo-web-1']!, 70 * secondMs, {
    'cpu.utilization_norm_perc': 90, 'mem.total_mb': 512, 'mem.free_mb': 10
  })
  await writeSample(ids['demo-web-1']!, 10 * secondMs, {
    'cpu.utilization_norm_perc': 12.345678, 'mem.total_mb': 512, 'mem.free_mb': 100
  })
  await writeSample(ids['demo-multi-1']!, 5 * secondMs, {
    'cpu.utilization_norm_perc': 0, 'mem.free_perc': 25.5
  })
  await writeSample(ids['demo-db-1']!, 5 * minuteMs, {
    'cpu.utilization_norm_perc': 50, 'mem.total_mb': 2048, 'mem.free_mb': 1024
  })
  t.strictSame(await latestUsages(), {
    'demo-web-1': [12.35, 80.47],
    'demo-multi-1': [0, 74.5],
    // The sample is too old for the latest usage.
    'demo-db-1': [null, null],
    'demo-broken-1': [null, null]
  })
  const ofWeb = Object.values(await latestUsages(web!)).flat()
  t.ok(ofWeb.every((value) => value === null), 'instances of another project have none')
})

t.test('an instance has a series', async (t) => {
  const { status, body } = await read(
    app, `/v1/openstack/projects/${ids['demo-web-1']}/cpuUsage?defaultTimeRange=5m&groupBy=1h`
  )
  t.equal(status, 200)
  t.match(body, [{ name: 'cpu', metric: [{ time: Number, usage: Number }] }])
})
