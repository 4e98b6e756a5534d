import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { now, startService } from './service.js'

const cpuMetric = 'cpu.utilization_norm_perc'
/** Seconds after noon, of a point that is this old. */
const ago = (seconds: number) => (now - noon) / 1000 - seconds

const influxd = await startInfluxd(t)
if (influxd) {
  const recorder = await startRecorder(t, influxd.url)
  const { instances, crowd } = await startService(t, recorder.url, { cloud: { projects: 1, instances: 120 } })
  const { project, ids } = await crowd()
  const free = [...ids]
  /** An instance that no other test writes of. */
  const some = () => free.pop() ?? ''

  const loads = async () =>
    new Map((await instances(project)).metric.map(instance => [instance.instance_id, instance]))
  const cpu = async (samples: Sample[]) => {
    const instance = some()
    await influxd.write(lines({ instance, metric: cpuMetric, samples }))
    return (await loads()).get(instance)?.cpuUsage
  }
  const memory = async (sent: Record<string, Sample[]>) => {
    const instance = some()
    await influxd.write(
      lines(
        ...Object.entries(sent).map(([metric, samples]) => ({ instance, metric: `mem.${metric}`, samples }))
      )
    )
    return (await loads()).get(instance)?.memoryUsage
  }

  t.test('an instance without points is null, not 0, and one at rest is 0', async t => {
    const { cpuUsage, memoryUsage } = (await loads()).get(some()) ?? {}
    t.strictSame([cpuUsage, memoryUsage], [null, null])
    t.equal(await cpu([[ago(10), 0]]), 0)
    t.equal(await memory({ free_mb: [[ago(10), 2048]], total_mb: [[ago(10), 2048]] }), 0)
  })

  t.test('the newest value counts, however the points were written', async t => {
    t.equal(await cpu([[ago(15), 30], [ago(110), 10], [ago(5), 12.345678], [ago(100), 20]]), 12.35)
    t.equal(
      await memory({
        free_mb: [[ago(5), 512], [ago(35), 1024]], total_mb: [[ago(35), 1024], [ago(5), 2048]]
      }),
      75
    )
    t.equal(await memory({ free_perc: [[ago(5), 33.333], [ago(35), 1]] }), 66.67)
  })

  t.test('a value is present until it is two minutes old', async t => {
    t.equal(await cpu([[ago(119.999), 7]]), 7)
    t.equal(await cpu([[ago(120), 7]]), 7)
    t.equal(await cpu([[ago(120.001), 7]]), null)
    t.equal(await cpu([[ago(3_000), 7]]), null)
    t.equal(await memory({ free_mb: [[ago(121), 512]], total_mb: [[ago(119), 2048]] }), null)
    t.equal(
      await memory({ free_mb: [[ago(121), 512]], total_mb: [[ago(121), 2048]], free_perc: [[ago(60), 40]] }),
      60
    )
  })

  t.test('METRICS_MAX_AGE sets another age', async t => {
    const instance = some()
    await influxd.write(lines({ instance, metric: cpuMetric, samples: [[ago(540), 7]] }))
    for (const [age, expected] of [['9m', 7], ['8m', null], ['1h', 7]] as const) {
      const patient = await startService(t, influxd.url, {
        env: { METRICS_MAX_AGE: age }, cloud: { projects: 1, instances: 120 }
      })
      const page = await patient.instances(project)
      t.equal(page.metric.find(found => found.instance_id === instance)?.cpuUsage, expected, age)
    }
  })

  t.test('an agent whose clock is ahead is not taken for one that is silent', async t => {
    t.equal(await cpu([[ago(10), 1], [ago(-20), 2]]), 2)
    t.equal(await cpu([[ago(-20), 2]]), 2)
  })

  t.test('an instance that moved to another host is one instance', async t => {
    const [instance, metric] = [some(), cpuMetric]
    await influxd.write(
      lines(
        { instance, metric, samples: [[ago(50), 1]], tags: { zone: 'old' } },
        { instance, metric, samples: [[ago(20), 2]], tags: { zone: 'new' } }
      )
    )
    t.equal((await loads()).get(instance)?.cpuUsage, 2)
  })

  t.test('the operators\' twin and other instances are not it', async t => {
    const instance = some()
    await influxd.write(
      lines({
        instance, metric: cpuMetric, samples: [[ago(10), 1]]
      }).filter(line => !line.includes(`resource_id=${instance},`) || line.startsWith('vm.'))
    )
    t.equal((await loads()).get(instance)?.cpuUsage, null)
  })

  t.test('a page costs one metrics request, and each instance gets its own number', async t => {
    t.ok(ids.length > 100)
    await influxd.query('DROP SERIES FROM /.*/')
    await influxd.write(ids.flatMap((instance, i) => [
      ...only({ instance, metric: cpuMetric, samples: [[ago(1), i]] }),
      ...only({ instance, metric: 'mem.free_mb', samples: [[ago(1), i]] }),
      ...only({ instance, metric: 'mem.total_mb', samples: [[ago(1), 1000]] })
    ]))
    for (const limit of [1, 2, 31, 32, 33, 64, 65, 1000]) {
      recorder.queries.length = 0
      const { metric } = await instances(project, `limit=${limit}`)
      t.strictSame(metric.map(({ instance_id: id, cpuUsage, memoryUsage }) => [id, cpuUsage, memoryUsage]),
        ids.slice(0, limit).map((id, i) => [id, i, Math.round((100 - i / 10) * 100) / 100]), `limit=${limit}`)
      t.equal(recorder.queries.length, 1, `limit=${limit}`)
      for (const { q } of recorder.queries) {
        t.notOk(ids.some(id => q.includes(id)), 'ids are bound, not pasted')
      }
    }
  })
}
