import t from 'tap'
import { bulkBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import type { BatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'
import { withBuckets } from '#test/support/buckets.js'

const now = Date.UTC(2026, 0, 15, 12)
const settings = { url: 'http://influx', database: 'mon' }

/** A metrics store over a simulated InfluxDB. @param series the result of each statement */
function connect (...series: object[][]) {
  const requests: UpstreamRequest[] = []
  const upstream = async (_: string, request: UpstreamRequest) => {
    requests.push(request)
    const results = series.map((series, id) => ({ statement_id: id, series }))
    return { status: 200, headers: {}, body: [{ results }] }
  }
  return {
    influx: withBuckets(createInflux(upstream, settings, { now: () => now })),
    requests,
    statements: () => new URLSearchParams(requests[0]!.body).get('q')!.split('; ')
  }
}

type Values = Array<[number, number | null]>
const devices = (all: Record<string, Values>) =>
  Object.entries(all).map(([device, values]) => ({ tags: { resource_id: 'x', device }, values }))
const buckets = (...values: Values) => devices({ x: values })
const newest = (values: Record<string, number>) =>
  Object.entries(values).map(([id, value]) => ({ tags: { resource_id: id }, values: [[0, value]] }))
const window = { start: 0, end: 300, step: 60 }

t.test('one request reads all measurements, with the window and the instance as literals', async (t) => {
  const { influx, requests, statements } = connect(buckets(), buckets(), buckets())
  t.same(await influx.series(['memory'], 'x', window), [[]])
  t.equal(requests.length, 1)
  t.same(statements(), ['mem.free_mb', 'mem.total_mb', 'mem.free_perc'].map((name) =>
    `SELECT mean("value") AS "usage" FROM "${name}" ` +
    'WHERE time >= \'1970-01-01T00:00:00.000Z\' AND time < \'1970-01-01T00:05:00.000Z\' ' +
    'AND ("resource_id" = \'x\') GROUP BY time(60s), "resource_id" fill(none)'))
})

t.test('only samples of the given project count', async (t) => {
  const { influx, statements } = connect(buckets([0, 1]), buckets([0, 2]))
  await influx.series(['networkIn', 'networkOut'], 'x', window, 'p')
  for (const statement of statements()) {
    t.match(statement, /WHERE time .* AND \("resource_id" = 'x'\) AND "_tenant_id" = 'p' GROUP BY/)
  }
})

t.test('the projects that have series of an instance are found', async (t) => {
  const seriesOf = (project?: string) =>
    ({ tags: project === undefined ? undefined : { _tenant_id: project }, values: [[0, 1]] })
  const { influx, requests, statements } = connect(
    [seriesOf('p'), seriesOf('q'), seriesOf('p'), seriesOf(''), seriesOf()]
  )
  t.same(await influx.projectsOf('x'), ['p', 'q'])
  t.equal(requests.length, 1)
  const [, names] = /^SELECT last\("value"\) FROM (.*) WHERE \("resource_id" = 'x'\) GROUP BY "_tenant_id"$/
    .exec(statements().join('; ')) ?? []
  t.match(names, /^("[a-z._]+", )+"net.out_packets_sec"$/)
  t.same(await connect([]).influx.projectsOf('x'), [])
})

t.test('memory usage is derived from the measurements that a bucket has', async (t) => {
  const free = buckets([0, 256], [60, 256], [120, 256], [180, 1])
  const total = buckets([0, 1024], [60, 0], [180, null])
  const percent = buckets([60, 30], [240, 12.345])
  const { influx } = connect(free, total, percent)
  t.same(await influx.series(['memory'], 'x', window), [
    [{ time: 0, usage: 75 }, { time: 60, usage: 70 }, { time: 240, usage: 87.66 }]
  ])
})

t.test('devices are summed in each bucket', async (t) => {
  const { influx } = connect(devices({ a: [[0, 1024], [60, 512], [120, null]], b: [[0, 3], [180, 2048]] }))
  t.strictSame(await influx.series(['diskRead'], 'x', window), [
    [{ time: 0, usage: 1 }, { time: 60, usage: 0.5 }, { time: 180, usage: 2 }]
  ])
})

t.test('usages are ascending by time, have two decimals, and are never -0', async (t) => {
  const { influx } = connect(buckets([60, -0], [0, 10.006], [120, null]), buckets([0, 2048]))
  const [packets, reads] = await influx.series(['packetsIn', 'diskRead'], 'x', window)
  t.strictSame(packets, [{ time: 0, usage: 10.01 }, { time: 60, usage: 0 }])
  t.strictSame(reads, [{ time: 0, usage: 2 }])
})

t.test('the latest samples of many instances are read in one request of several statements', async (t) => {
  const ids = Array.from({ length: 33 }, (_, i) => `i${i}`)
  const { influx, statements } = connect(newest({ i0: 1 }), newest({ i32: 2 }))
  const [cpu] = await influx.latest(['cpu'], ids, 0)
  t.same(Array.from(cpu!, ([id, { usage }]) => [id, usage]), [['i0', 1], ['i32', 2]])
  t.same(statements().map((statement) => statement.match(/'i\d+'/g)!.length), [32, 1])
})

t.test('of each instance, the latest samples of its own project alone count', async (t) => {
  const sample = (id: string, project: string, value: number) =>
    ({ tags: { resource_id: id, _tenant_id: project }, values: [[0, value]] })
  const { influx, requests, statements } = connect([
    sample('a', 'p', 1), sample('a', 'q', 2), sample('b', 'q', 3), sample('b', '', 4), sample('c', 'p', 5)
  ])
  const owners = new Map([['a', 'p'], ['b', 'q'], ['c', 'r']])
  const [cpu] = await influx.latest(['cpu'], [...owners.keys()], 0, owners)
  t.same(Array.from(cpu!, ([id, { usage }]) => [id, usage]), [['a', 1], ['b', 3]])
  t.equal(requests.length, 1)
  t.match(statements(), [/'c'\) GROUP BY "resource_id", "_tenant_id"$/])
})

t.test('a ranking leaves out samples without an instance, and may lack a project', async (t) => {
  const ranking = { order: 'desc' as const, limit: 5, since: now - 60_000 }
  const rows = [
    [0, 50, 'a', 'p'], [0, 40, 'b', null], [0, 30, null, 'p'], [0, null, 'c', 'p'], [0, 20, 'no id', '']
  ]
  const { instances } = await connect([{ values: rows }]).influx.top({ ...ranking, metrics: ['cpu'] })
  t.same(instances, [
    { instance: 'a', project: 'p', usage: 50 }, { instance: 'b', project: undefined, usage: 40 }
  ])
  const received = [
    { tags: { resource_id: 'a', _tenant_id: 'p' }, values: [[0, 1024]] },
    { tags: { resource_id: 'b' }, values: [[0, null]] },
    { tags: { _tenant_id: 'p' }, values: [[0, 9]] },
    // A client of q sends these, in the name of an instance of p.
    { tags: { resource_id: 'a p', _tenant_id: 'q' }, values: [[0, 1e6]] }
  ]
  const both = await connect(received, []).influx.top({ ...ranking, metrics: ['networkIn', 'networkOut'] })
  t.same(both.instances, [{ instance: 'a', project: 'p', usage: 1 }])
})

t.test('the latest sample is at most a minute ahead, and series are read as asked', async (t) => {
  const latest = connect([])
  await latest.influx.latest(['cpu'], ['x'], now - 120_000)
  t.match(latest.statements(), [
    'WHERE time >= \'2026-01-15T11:58:00.000Z\' AND time < \'2026-01-15T12:01:00.000Z\' AND'
  ])
  for (const [start, end, expected] of [
    [-600, 0, '11:50:00.000Z\' AND time < \'2026-01-15T12:00:00.000Z\''],
    [-600, 3_000, '11:50:00.000Z\' AND time < \'2026-01-15T12:50:00.000Z\''],
    [600, 1_200, '12:10:00.000Z\' AND time < \'2026-01-15T12:20:00.000Z\'']
  ] as const) {
    const { influx, statements } = connect([])
    await influx.series(['cpu'], 'x', { start: now / 1000 + start, end: now / 1000 + end, step: 60 })
    t.match(statements(), [expected])
  }
})

t.test('an impossible usage is left out', async (t) => {
  const free = buckets([0, 600], [60, 256], [120, -1], [180, 256])
  const total = buckets([0, 512], [60, 512], [120, 512], [180, 512])
  const memory = connect(free, total, buckets()).influx
  t.same(await memory.series(['memory'], 'x', window), [[{ time: 60, usage: 50 }, { time: 180, usage: 50 }]])

  const disks = devices({
    a: [[0, 1e4], [60, 1e4], [120, 1.7e308]], b: [[0, -1], [60, 240], [120, 1.7e308]]
  })
  t.same(await connect(disks).influx.series(['diskRead'], 'x', window), [[{ time: 60, usage: 10 }]])

  const { influx } = connect(
    newest({ x: 100.4, y: -1, z: 1e300 }), newest({ y: 600 }), newest({ y: 512 }), []
  )
  const [cpu, latestMemory] = await influx.latest(['cpu', 'memory'], ['x', 'y', 'z'], 0)
  t.same([...cpu!], [['x', { usage: 100, time: 0 }]])
  t.same([...latestMemory!], [])
})

t.test('the check is a read like any other one', async (t) => {
  const { influx, requests, statements } = connect([])
  await influx.check()
  const [statement] = statements()
  await influx.series(['cpu'], 'none', { start: 0, end: 60, step: 60 })
  const [check, series] = requests.map(({ operation, ...request }) => request)
  t.same(check, series)
  t.match(statement, /^SELECT mean.* GROUP BY time\(60s\), "resource_id" fill\(none\)$/)
})

t.test('a text that is no id fails its own read alone, and is in no statement', async (t) => {
  const { influx, requests, statements } = connect(buckets([0, 1]))
  const reads = await Promise.allSettled([
    influx.series(['cpu'], '\' OR \'\' = \'', window),
    influx.series(['cpu'], 'x', window, 'p\''),
    influx.series(['cpu'], 'x', window)
  ])
  t.same(reads.map(({ status }) => status), ['rejected', 'rejected', 'fulfilled'])
  t.equal(requests.length, 1)
  t.match(statements(), [/\("resource_id" = 'x'\) GROUP BY/])
  await t.rejects(influx.projectsOf('x\''), TypeError)
})

t.test('an instance of a list whose id is none has no latest sample', async (t) => {
  const { influx, requests, statements } = connect(newest({ x: 1 }))
  const [cpu] = await influx.latest(['cpu'], ['a\'b', 'x', ''], 0)
  t.same([...cpu!.keys()], ['x'])
  t.match(statements(), [/\("resource_id" = 'x'\) GROUP BY/])
  t.same(await influx.latest(['cpu', 'memory'], ['a\'b'], 0), [new Map(), new Map()])
  t.same(await influx.latest(['cpu'], [], 0), [new Map()])
  t.equal(requests.length, 1)
})

t.test('a latest usage has the time of the oldest sample that it is made of', async (t) => {
  const at = (time: number, value: number) => [{ tags: { resource_id: 'x' }, values: [[time, value]] }]
  const { influx, statements } = connect(at(60, 7), at(45, 512), at(15, 1024), [])
  const [cpu, memory] = await influx.latest(['cpu', 'memory'], ['x'], 0, 'p')
  t.strictSame([cpu!.get('x'), memory!.get('x')], [{ usage: 7, time: 60 }, { usage: 50, time: 15 }])
  t.equal(statements().length, 4)
  for (const statement of statements()) {
    t.match(
      statement,
      /^SELECT last\("value"\) FROM "[^"]+" WHERE .* AND "_tenant_id" = 'p' GROUP BY "resource_id"$/
    )
  }
})

t.test('series without an instance, or of another one, are ignored', async (t) => {
  const { influx: series } = connect([{ values: [[0, 1]] }, ...newest({ y: 1 })])
  t.same(await series.series(['cpu'], 'x', window), [[]])
  const { influx } = connect([{ values: [[0, 1]] }, { tags: { resource_id: 'x' }, values: [] }])
  const [cpu] = await influx.latest(['cpu'], ['x'], 0)
  t.equal(cpu!.get('x'), undefined)
})

/** A metrics store over a simulated InfluxDB that has a bucket of each instance: its number. */
function connectMany (bulkLimits?: Partial<BatchLimits>) {
  const requests: string[][] = []
  const upstream = async (_: string, { body }: UpstreamRequest) => {
    const statements = new URLSearchParams(body).get('q')!.split('; ')
    requests.push(statements)
    const results = statements.map((statement, id) => ({
      statement_id: id,
      series: [...statement.matchAll(/"resource_id" = 'i(\d+)'/g)].map(([, n]) =>
        ({ tags: { resource_id: `i${n}` }, values: [[window.start, Number(n)]] }))
    }))
    return { status: 200, headers: {}, body: [{ results }] }
  }
  const influx = createInflux(upstream, settings, {
    now: () => now, bulkLimits: { ...bulkBatchLimits, ...bulkLimits }
  })
  return { influx: withBuckets(influx), requests }
}
const idsTo = (count: number) => Array.from({ length: count }, (_, n) => `i${n}`)
const usageOf = (n: number) => [{ time: window.start, usage: n }]

t.test('series of 100 instances are read in one request', async (t) => {
  const { influx, requests } = connectMany()
  const hour = { start: window.start, end: window.start + 3_600, step: 60 }
  const lists = await influx.seriesOfMany(['cpu', 'packetsIn'], idsTo(100), hour, 'p')
  t.same(lists, idsTo(100).map((_, n) => [usageOf(n), usageOf(n)]))
  t.equal(requests.length, 1)
  t.same(requests[0]!.map((statement) => statement.match(/'i\d+'/g)!.length), [32, 32, 32, 4, 32, 32, 32, 4])
  for (const statement of requests[0]!) t.match(statement, / AND "_tenant_id" = 'p' GROUP BY/)
  t.same(await influx.seriesOfMany(['cpu'], [], window), [])
  t.equal(influx.queued(), 0)
})

t.test('each read of many instances has a request of its own', async (t) => {
  const { influx, requests } = connectMany()
  const reads = await Promise.all([
    influx.seriesOfMany(['cpu'], idsTo(2), window), influx.seriesOfMany(['packetsIn'], idsTo(2), window),
    influx.seriesOfMany(['cpu'], idsTo(1), window)
  ])
  t.same(reads, [idsTo(2), idsTo(2), idsTo(1)].map((ids) => ids.map((_, n) => [usageOf(n)])))
  t.same(requests.map(({ length }) => length), [1, 1, 1])
})

t.test('reads of many instances that are too much for one request are sent in several', async (t) => {
  const { influx, requests } = connectMany({ work: 10, concurrency: 1 })
  const lists = await influx.seriesOfMany(['cpu'], idsTo(20), { ...window, end: 60 })
  t.same(lists, idsTo(20).map((_, n) => [usageOf(n)]))
  t.same(requests.map(([statement]) => statement!.match(/'i\d+'/g)!.length), [8, 8, 4])
})

t.test('a text that is no id fails a read of many instances, and is in no statement', async (t) => {
  const { influx, requests } = connectMany()
  await t.rejects(influx.seriesOfMany(['cpu'], ['i1', 'i2\''], window), TypeError)
  await t.rejects(influx.seriesOfMany(['cpu'], ['i1'], window, 'p\''), TypeError)
  t.same(requests, [])
})

t.test('series are of the given project alone', async (t) => {
  t.equal(await connect().influx.bindsProject(), true)
})
