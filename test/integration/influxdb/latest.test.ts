import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { now, startService } from './service.js'

const metric = 'cpu.utilization_norm_perc'
/** The time, in seconds after noon, of a sample of an age. */
const ago = (ageSeconds: number) => (now - noon) / 1000 - ageSeconds

const influxd = await startInfluxd(t)
if (influxd) {
  const cloud = { projects: 1, instances: 120 }
  const recorder = await startRecorder(t, influxd.url)
  const { instances, largestProject } = await startService(t, recorder.url, { cloud })
  const { project, ids } = await largestProject()
  const unusedIds = [...ids]
  /** An instance that no other test writes samples of. */
  const nextInstance = () => unusedIds.pop() ?? ''

  const usagesOf = async (instance: string) => {
    const page = await instances(project)
    const { cpuUsage, memoryUsage } = page.metric.find(found => found.instance_id === instance)!
    return { cpuUsage, memoryUsage }
  }
  const cpu = async (samples: Sample[]) => {
    const instance = nextInstance()
    await influxd.write(lines({ project, instance, metric, samples }))
    return (await usagesOf(instance)).cpuUsage
  }
  const memory = async (measurements: Record<string, Sample[]>) => {
    const instance = nextInstance()
    await influxd.write(lines(...Object.entries(measurements).map(([name, samples]) =>
      ({ project, instance, metric: `mem.${name}`, samples }))))
    return (await usagesOf(instance)).memoryUsage
  }

  t.test('usages are null without samples, and 0 for an idle instance', async t => {
    t.strictSame(await usagesOf(nextInstance()), { cpuUsage: null, memoryUsage: null })
    t.equal(await cpu([[ago(10), 0]]), 0)
    t.equal(await memory({ free_mb: [[ago(10), 2048]], total_mb: [[ago(10), 2048]] }), 0)
  })

  t.test('the latest sample counts, in whatever order samples were written', async t => {
    t.equal(await cpu([[ago(15), 30], [ago(110), 10], [ago(5), 12.345678], [ago(100), 20]]), 12.35)
    t.equal(await memory({
      free_mb: [[ago(5), 512], [ago(35), 1024]],
      total_mb: [[ago(35), 1024], [ago(5), 2048]]
    }), 75)
    t.equal(await memory({ free_perc: [[ago(5), 33.333], [ago(35), 1]] }), 66.67)
  })

  t.test('a sample counts until it is two minutes old', async t => {
    t.equal(await cpu([[ago(119.999), 7]]), 7)
    t.equal(await cpu([[ago(120), 7]]), 7)
    t.equal(await cpu([[ago(120.001), 7]]), null)
    t.equal(await cpu([[ago(3_000), 7]]), null)
    const oldFree = { free_mb: [[ago(121), 512]] satisfies Sample[] }
    t.equal(await memory({ ...oldFree, total_mb: [[ago(119), 2048]] }), null)
    t.equal(await memory({ ...oldFree, total_mb: [[ago(121), 2048]], free_perc: [[ago(60), 40]] }), 60)
  })

  t.test('METRICS_MAX_AGE sets another maximum age', async t => {
    const instance = nextInstance()
    await influxd.write(lines({ project, instance, metric, samples: [[ago(540), 7]] }))
    for (const [METRICS_MAX_AGE, expected] of [['9m', 7], ['8m', null], ['1h', 7]] as const) {
      const other = await startService(t, influxd.url, { env: { METRICS_MAX_AGE }, cloud })
      const page = await other.instances(project)
      const { cpuUsage } = page.metric.find(found => found.instance_id === instance)!
      t.equal(cpuUsage, expected, METRICS_MAX_AGE)
    }
  })

  t.test('samples of an agent whose clock is ahead count', async t => {
    t.equal(await cpu([[ago(10), 1], [ago(-20), 2]]), 2)
    t.equal(await cpu([[ago(-20), 2]]), 2)
  })

  t.test('samples from further in the future do not count until their time comes', async t => {
    t.equal(await cpu([[ago(-59), 3]]), 3)
    t.equal(await cpu([[ago(10), 1], [ago(-61), 2]]), 1)
    t.equal(await cpu([[ago(-86_400), 99.5], [ago(10), 40]]), 40)
    t.equal(await cpu([[ago(-86_400), 99.5]]), null)
    t.equal(await memory({
      free_mb: [[ago(10), 512], [ago(-86_400), 0]], total_mb: [[ago(-3_600), 1], [ago(5), 1024]]
    }), 50)
  })

  t.test('an impossible usage is null, and a busy instance above 100 % is at 100 %', async t => {
    t.equal(await cpu([[ago(10), 100.4]]), 100)
    for (const value of [-1, 250, 1e300]) t.equal(await cpu([[ago(10), value]]), null, String(value))
    const megabytes = (free: number, total: number) =>
      memory({ free_mb: [[ago(10), free]], total_mb: [[ago(10), total]] })
    t.equal(await megabytes(600, 512), null)
    t.equal(await megabytes(-1, 512), null)
    t.equal(await megabytes(100, -512), null)
    t.equal(await memory({ free_perc: [[ago(10), 120]] }), null)
    t.equal(await memory({ free_perc: [[ago(10), -20]] }), null)
  })

  t.test('an instance that moved to another host is one instance', async t => {
    const instance = nextInstance()
    await influxd.write(lines(
      { project, instance, metric, samples: [[ago(50), 1]], tags: { zone: 'old' } },
      { project, instance, metric, samples: [[ago(20), 2]], tags: { zone: 'new' } }
    ))
    t.equal((await usagesOf(instance)).cpuUsage, 2)
  })

  t.test('samples of the operators\' twin and of other instances do not count', async t => {
    const instance = nextInstance()
    const isOther = (line: string) => !line.includes(`resource_id=${instance},`) || line.startsWith('vm.')
    await influxd.write(lines({ project, instance, metric, samples: [[ago(10), 1]] }).filter(isOther))
    t.equal((await usagesOf(instance)).cpuUsage, null)
  })

  t.test('a page of any length costs one request, and each instance has its own usage', async t => {
    t.ok(ids.length > 100)
    await influxd.query('DROP SERIES FROM /.*/')
    await influxd.write(ids.flatMap((instance, i) => [
      ...only({ project, instance, metric, samples: [[ago(1), i / 2]] }),
      ...only({ project, instance, metric: 'mem.free_mb', samples: [[ago(1), i]] }),
      ...only({ project, instance, metric: 'mem.total_mb', samples: [[ago(1), 1000]] })
    ]))
    for (const limit of [1, 2, 31, 32, 33, 64, 65, 1000]) {
      recorder.queries.length = 0
      const page = await instances(project, `limit=${limit}`)
      const expected = ids.slice(0, limit)
        .map((id, i) => [id, i / 2, Math.round((100 - i / 10) * 100) / 100])
      t.strictSame(
        page.metric.map(({ instance_id: id, cpuUsage, memoryUsage }) => [id, cpuUsage, memoryUsage]),
        expected,
        `limit=${limit}`
      )
      t.equal(recorder.queries.length, 1, `limit=${limit}`)
    }
  })
}
