import t from 'tap'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { planBatch, splitBatch } from '#lib/metrics/influxdb/batch-plan.js'
import type { SeriesRequest } from '#lib/metrics/influxdb/batch-plan.js'
import { querySeries } from '#lib/metrics/influxdb/series-query.js'

const hour = { start: 0, end: 3_600, step: 60 }
const read = (instance: string, measurement = 'cpu', window = hour): SeriesRequest => ({
  measurement, perDevice: false, instance, window
})
const many = (count: number) => Array.from({ length: count }, (_, i) => read(`i${i}`))
const inShort = ({ statements, places }: ReturnType<typeof planBatch>) =>
  [
    statements.map(({ measurement, window, instances }) => `${measurement} ${window.step} ${[...instances]}`),
    places
  ]

t.test('joins what differs in the instance alone, and reads once what is identical', (t) => {
  const reads = [
    read('a'),
    read('a', 'mem'),
    read('b'),
    read('a'),
    read('b', 'cpu', { ...hour, step: 61 }),
    read('b', 'mem'),
    read('b')
  ]
  t.same(inShort(planBatch(reads, defaultBatchLimits)), [
    ['cpu 60 a,b', 'mem 60 a,b', 'cpu 61 b'], [0, 1, 0, 0, 2, 1, 0]
  ])
  for (const other of [{ start: 60 }, { end: 3_660 }]) {
    t.equal(
      planBatch([read('a'), read('a', 'cpu', { ...hour, ...other })], defaultBatchLimits).statements.length, 2
    )
  }
  t.end()
})

t.test('joins what is read of one project alone, and what is read of whichever', (t) => {
  const of = (project: string | undefined, instance: string) => ({ ...read(instance), project })
  const { statements, places } = planBatch(
    [
      of('p', 'a'),
      of('q', 'a'),
      of(undefined, 'a'),
      of('p', 'b'),
      of('q', 'b'),
      of('p', 'a'),
      of('undefined', 'a')
    ],
    defaultBatchLimits
  )
  t.same(statements.map(({ project, instances }) => [project, [...instances]]), [
    ['p', ['a', 'b']], ['q', ['a', 'b']], [undefined, ['a']], ['undefined', ['a']]
  ])
  t.same(places, [0, 1, 2, 0, 1, 0, 3])
  t.end()
})

t.test('takes the first reads that there is room for, and one at least', (t) => {
  const taken = (reads: SeriesRequest[], most: object) =>
    inShort(planBatch(reads, { ...defaultBatchLimits, ...most }))
  t.same(
    taken(many(5), { instances: 2 }),
    [['cpu 60 i0,i1', 'cpu 60 i2,i3', 'cpu 60 i4'], [0, 0, 1, 1, 2]],
    'instances of a statement'
  )
  t.same(taken(many(5), { instances: 2, statements: 2 })[1], [0, 0, 1, 1], 'statements')
  t.same(taken([read('a'), read('a', 'mem'), read('b')], { statements: 1 })[1], [0], 'none overtakes another')
  t.same(
    taken([read('a'), read('b'), read('a'), read('c'), read('b')], { instances: 1, statements: 2 })[1],
    [0, 1, 0],
    'those who share take no room'
  )
  t.same(taken(many(5), { work: 3 * (60 + 12) })[1], [0, 0, 0], 'work')
  t.same(
    taken([read('a', 'cpu', { start: 0, end: 600_000, step: 60 }), read('b')], {})[1],
    [0],
    'one that is more than a request should be goes alone'
  )
  t.ok(taken(many(100), { bytes: 5_000 })[1]!.length < 45, 'bytes')
  t.end()
})

t.test('a request is no longer than was reckoned, whatever the ids are', async (t) => {
  for (const id of ['a'.repeat(36), 'é', '"\\', '😀\0', '\ud800']) {
    for (const [instances, perDevice, project] of [
      [1, true], [defaultBatchLimits.instances, false], [1, true, 'p'.repeat(64)]
    ] as const) {
      const reads = Array.from(
        { length: 2_000 },
        (_, i) => ({
          ...read(`${i}${id.repeat(20)}`, `measurement.${i % 7}`),
          perDevice,
          project,
          window: { start: i, end: i + 1, step: 1 }
        })
      )
      for (const one of reads) if (instances > 1) one.window = { start: 0, end: 1, step: 1 }
      const most = { ...defaultBatchLimits, statements: 1_000, instances, bytes: 20_000 }
      const { places } = planBatch(reads, most)
      let length = 0
      await t.rejects(querySeries(async (_, { body }) => {
        length = body!.length
        throw new Error('sent')
      }, { url: '', database: '' }, reads.slice(0, places.length), most, () => {}), /sent/)
      t.ok(length <= 20_000 + 100 && length > 5_000, `${places.length} reads are ${length} bytes`)
    }
  }
})

t.test('parts what failed by its statements, and one statement by its instances', (t) => {
  const [a, b, c, d] = [read('a'), read('b'), read('a', 'mem'), read('a')]
  t.same(splitBatch([a, b, c, d], defaultBatchLimits), [[a, b, d], [c]])
  t.same(splitBatch([a, b, d], defaultBatchLimits), [[a, d], [b]])
  t.same(splitBatch([a, d], defaultBatchLimits), [[a, d]])
  t.same(splitBatch([a, b, c, d, read('a', 'net')], { ...defaultBatchLimits, parts: 2 }), [
    [a, b, c, d], [read('a', 'net')]
  ])
  t.same(
    splitBatch(['a', 'b', 'c', 'd', 'e'].map((id) => read(id)), {
      ...defaultBatchLimits, parts: 3
    }).map((part) => part.length),
    [2, 2, 1]
  )
  t.end()
})
