import t from 'tap'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'

/**
 * A metrics store over an InfluxDB that answers its statements with these series, in turn; and what it was
 * sent.
 */
function connect (...series: object[][]) {
  const calls: UpstreamRequest[] = []
  const upstream = async (_: string, call: UpstreamRequest) => {
    calls.push(call)
    return {
      status: 200,
      headers: {},
      body: [{ results: series.map((series, id) => ({ statement_id: id, series })) }]
    }
  }
  return {
    influx: createInflux(upstream, { url: 'http://influx', database: 'mon' }),
    calls,
    sent: () => new URLSearchParams(calls[0]!.body)
  }
}

type Buckets = Array<[number, number | null]>
const buckets = (...values: Buckets) => devices({ x: values })
const devices = (all: Record<string, Buckets>) =>
  Object.entries(all).map(([device, values]) => ({ tags: { resource_id: 'x', device }, values }))
const newest = (values: Record<string, number>) =>
  Object.entries(values).map(([id, value]) => ({ tags: { resource_id: id }, values: [[0, value]] }))
const window = { start: 1_502_330_400, end: 1_502_330_460, step: 60 }

t.test('asks once for all that it needs, with the window and the instance bound', async (t) => {
  const { influx, calls, sent } = connect(buckets(), buckets(), buckets())
  t.same(await influx.series(['memory'], 'x', window), [[]])
  t.equal(calls.length, 1)
  t.same(sent().get('q')!.split('; ').map((statement) => /FROM "(.*)" WHERE/.exec(statement)![1]), [
    'mem.free_mb', 'mem.total_mb', 'mem.free_perc'
  ])
  t.match(JSON.parse(sent().get('params')!), {
    id0: 'x', start0: '2017-08-10T02:00:00.000Z', end0: '2017-08-10T02:01:00.000Z', step0: { duration: '60s' }
  })
})

t.test('counts only what is of the project that is asked for', async (t) => {
  const { influx, sent } = connect(buckets([0, 1]), buckets([0, 2]))
  await influx.series(['networkIn', 'networkOut'], 'x', window, 'p')
  for (const statement of sent().get('q')!.split('; ')) {
    t.match(
      statement, /WHERE time .* AND \("resource_id" = \$id0\) AND "_tenant_id" = \$project[01] GROUP BY/
    )
  }
  t.match(JSON.parse(sent().get('params')!), { id0: 'x', project0: 'p', project1: 'p' })
})

t.test('finds the projects that have series of an instance', async (t) => {
  const of = (project?: string) => ({
    tags: project === undefined ? undefined : { _tenant_id: project }, values: [[0, 1]]
  })
  const { influx, calls, sent } = connect([of('p'), of('q'), of('p'), of(''), of()])
  t.same(await influx.projectsOf('x'), ['p', 'q'])
  t.equal(calls.length, 1)
  t.match(
    sent().get('q'),
    /^SELECT last\("value"\) FROM ("[a-z._]+", )+"net.out_packets_sec" WHERE \("resource_id" = \$id0\) GROUP BY "_tenant_id"$/
  )
  t.same(JSON.parse(sent().get('params')!), { id0: 'x' })
  t.same(await connect([]).influx.projectsOf('x'), [])
})

t.test('makes memory of what there is in each bucket', async (t) => {
  const free = buckets([0, 256], [60, 256], [120, 256], [180, 1])
  const total = buckets([0, 1024], [60, 0], [180, null])
  const percent = buckets([60, 30], [240, 12.345])
  const { influx } = connect(free, total, percent)
  t.same(await influx.series(['memory'], 'x', window), [
    [{ time: 0, usage: 75 }, { time: 60, usage: 70 }, { time: 240, usage: 87.66 }]
  ])
})

t.test('sums the devices in each bucket', async (t) => {
  const { influx } = connect(devices({ a: [[0, 1024], [60, 512], [120, null]], b: [[0, 3], [180, 2048]] }))
  t.strictSame(await influx.series(['diskRead'], 'x', window), [
    [{ time: 0, usage: 1 }, { time: 60, usage: 0.5 }, { time: 180, usage: 2 }]
  ])
})

t.test('rounds to two decimals, ascending by time, and never answers -0', async (t) => {
  const { influx } = connect(buckets([60, -0.001], [0, 10.006], [120, null]), buckets([0, 2048]))
  const [packets, reads] = await influx.series(['packetsIn', 'diskRead'], 'x', window)
  t.strictSame(packets, [{ time: 0, usage: 10.01 }, { time: 60, usage: 0 }])
  t.strictSame(reads, [{ time: 0, usage: 2 }])
})

t.test('reads the newest of many instances in one request, some at a time', async (t) => {
  const ids = Array.from({ length: 33 }, (_, i) => `i${i}`)
  const { influx, sent } = connect(newest({ i0: 1 }), newest({ i32: 2 }))
  const [cpu] = await influx.latest(['cpu'], ids, 0)
  t.same(Array.from(cpu!, ([id, { usage }]) => [id, usage]), [['i0', 1], ['i32', 2]])
  const statements = sent().get('q')!.split('; ')
  t.same(statements.map((statement) => statement.match(/\$id\d+/g)!.length), [32, 1])
  t.equal(JSON.parse(sent().get('params')!).id32, 'i32')
})

t.test('a load is as old as the oldest sample that it is made of', async (t) => {
  const at = (time: number, value: number) => [{ tags: { resource_id: 'x' }, values: [[time, value]] }]
  const { influx, sent } = connect(at(60, 7), at(45, 512), at(15, 1024), [])
  const [cpu, memory] = await influx.latest(['cpu', 'memory'], ['x'], 0, 'p')
  t.strictSame([cpu!.get('x'), memory!.get('x')], [{ usage: 7, time: 60 }, { usage: 50, time: 15 }])
  t.match(
    sent().get('q'),
    /^(?:SELECT last\("value"\) FROM "[^"]+" WHERE [^;]* AND "_tenant_id" = \$project GROUP BY "resource_id"(?:; |$)){4}/
  )
  t.match(JSON.parse(sent().get('params')!), { project: 'p' })
})

t.test('takes nothing from a series that is of nobody', async (t) => {
  const { influx: series } = connect([{ values: [[0, 1]] }, ...newest({ y: 1 })])
  t.same(await series.series(['cpu'], 'x', window), [[]])
  const { influx } = connect([{ values: [[0, 1]] }, { tags: { resource_id: 'x' }, values: [] }])
  const [cpu] = await influx.latest(['cpu'], ['x'], 0)
  t.equal(cpu!.get('x'), undefined)
})
