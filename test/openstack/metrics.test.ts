import assert from 'node:assert/strict'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { build, instancesUrl, read, readSummary } from './cloud.js'
import type { Page } from './cloud.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const app = await build(t, { OS_CLOUD: 'admin', INFLUX_URL: influxd.url })
const { demo, web } = await readSummary(app)

const second = 1000
const minute = 60 * second

/** What an agent would have sent of an instance, this long ago. */
async function sample (instance: string, age: number, values: Record<string, number>) {
  const lines = Object.entries(values).map(([name, value]) =>
    `${name},resource_id=${instance},_region=RegionOne value=${value} ${Date.now() - age}`)
  await influxd!.write(lines)
}

async function usage (project = demo!) {
  const { body } = await read<Page>(app, instancesUrl(project.id))
  t.notOk(body.unavailable, 'the metrics store is there')
  return Object.fromEntries(
    body.metric.map(({ name, cpuUsage, memoryUsage }) => [name, [cpuUsage, memoryUsage]])
  )
}

const ids = Object.fromEntries(
  (await read<Page>(app, instancesUrl(demo!.id))).body.metric.map(({ name, instance_id: id }) => [name, id])
)

t.test('has no usage of instances that sent nothing', async (t) => {
  t.ok(Object.values(await usage()).every(([cpu, memory]) => cpu === null && memory === null))
})

t.test('has the latest usage of each instance', async (t) => {
  await sample(ids['demo-web-1']!, 70 * second, {
    'cpu.utilization_norm_perc': 90, 'mem.total_mb': 512, 'mem.free_mb': 10
  })
  await sample(ids['demo-web-1']!, 10 * second, {
    'cpu.utilization_norm_perc': 12.345678, 'mem.total_mb': 512, 'mem.free_mb': 100
  })
  await sample(ids['demo-multi-1']!, 5 * second, { 'cpu.utilization_norm_perc': 0, 'mem.free_perc': 25.5 })
  await sample(ids['demo-db-1']!, 5 * minute, {
    'cpu.utilization_norm_perc': 50, 'mem.total_mb': 2048, 'mem.free_mb': 1024
  })
  t.strictSame(await usage(), {
    'demo-web-1': [12.35, 80.47],
    'demo-multi-1': [0, 74.5],
    // too old to be the present load
    'demo-db-1': [null, null],
    'demo-broken-1': [null, null]
  })
  t.ok(Object.values(await usage(web!)).flat().every((value) => value === null), 'and of no other')
})

t.test('has the series of an instance', async (t) => {
  const { status, body } = await read(
    app, `/v1/openstack/projects/${ids['demo-web-1']}/cpuUsage?defaultTimeRange=5m&groupBy=1h`
  )
  t.equal(status, 200)
  t.match(body, [{ name: 'cpu', metric: [{ time: Number, usage: Number }] }])
})
