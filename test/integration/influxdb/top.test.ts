import t from 'tap'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import type { Metric } from '#lib/metrics/usages.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const timeouts = { timeout: 10_000, connections: 2 }
  const dispatcher = createDispatcher(timeouts)
  t.teardown(() => dispatcher.destroy())
  const influx = createInflux(
    createUpstream(dispatcher, timeouts), { url: influxd.url, database: 'mon' }, { now: () => noon + 60_000 }
  )
  const since = noon - 60_000
  const top = async (metrics: Metric[], order: 'asc' | 'desc' = 'desc', projects?: string[]) => {
    const { instances, exact } = await influx.top({ metrics, order, limit: 2, since, projects })
    const text = instances.map(({ instance, project, usage }) => `${instance} ${project} ${usage}`)
    return exact ? text : [...text, 'approximate']
  }
  const write = (metric: string, instance: string, project: string, value: number, device?: string) =>
    influxd.write(only({ metric, instance, project, device, samples: [[-30, 1], [-10, value], [-600, 99]] }))

  t.test('the newest samples rank instances, in each project that they have samples of', async (t) => {
    for (const [instance, project, value] of [
      ['a', 'p', 10], ['b', 'p', 30], ['c', 'q', 20], ['b', 'q', 25], ['d', 'q', 250]
    ] as const) await write('cpu.utilization_norm_perc', instance, project, value)
    t.same(await top(['cpu']), ['b p 30'], 'an impossible value is no usage')
    t.same(await top(['cpu'], 'asc'), ['a p 10', 'c q 20'])
    t.same(await top(['cpu'], 'desc', ['p']), ['b p 30', 'a p 10'])
    t.same(await top(['cpu'], 'desc', [...Array.from({ length: 600 }, (_, i) => `x${i}`), 'p']), [
      'b p 30', 'a p 10'
    ])
    t.same(await top(['cpu'], 'desc', ['none']), [])
    t.same(await top(['cpu'], 'desc', []), [])
  })

  t.test('the devices of an instance are summed, and both directions', async (t) => {
    for (const [metric, instance, value, device] of [
      ['net.in_bytes_sec', 'a', 1024, 'tap0'], ['net.in_bytes_sec', 'a', 2048, 'tap1'],
      ['net.in_bytes_sec', 'b', 2560, 'tap0'], ['net.out_bytes_sec', 'b', 1024, 'tap0'],
      ['net.out_bytes_sec', 'c', 512, 'tap0'], ['io.read_bytes_sec', 'a', 1024, 'vda'],
      ['io.read_bytes_sec', 'a', 1024, 'vdb'], ['io.read_bytes_sec', 'b', 1536, 'vda']
    ] as const) await write(metric, instance, 'p', value, device)
    t.same(await top(['diskRead']), ['a p 2', 'b p 1.5'])
    t.same(await top(['networkIn', 'networkOut']), ['b p 3.5', 'a p 3'])
    t.same(await top(['networkIn', 'networkOut'], 'asc'), ['c p 0.5', 'a p 3'])
    await write('net.in_bytes_sec', 'a\\ p', 'q', 9e6, 'tap0')
    t.same(await top(['networkIn', 'networkOut']), ['b p 3.5', 'a p 3'], 'an id names no project')
  })

  t.test('memory is ranked by MiB, whose candidates a percentage finds where there is one', async (t) => {
    for (const [instance, free] of [['a', 100], ['b', 700], ['c', 400]] as const) {
      await write('mem.free_mb', instance, 'p', free)
      await write('mem.total_mb', instance, 'p', 1000)
    }
    await write('mem.free_mb', 'c\\ p', 'q', 1)
    await write('mem.total_mb', 'c\\ p', 'q', 1000)
    t.same(await top(['memory']), ['a p 90', 'c p 60'])
    for (const [instance, percent] of [['b', 1], ['d', 20], ['c', 40]] as const) {
      await write('mem.free_perc', instance, 'p', percent)
    }
    t.same(await top(['memory']), ['d p 80', 'c p 60', 'approximate'])
    t.same(await top(['memory'], 'asc', ['p']), ['b p 30', 'c p 60', 'approximate'])
  })
}
