import t from 'tap'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { planBatch, splitBatch } from '#lib/metrics/influxdb/batch-plan.js'
import type { SeriesRequest } from '#lib/metrics/influxdb/batch-plan.js'
import { querySeries } from '#lib/metrics/influxdb/series-query.js'

const hour = { start: 0, end: 3_600, step: 60 }
const read = (instance: string, measurement = 'cpu', window = hour): SeriesRequest =>
  ({ measurement, perDevice: false, instance, window })
const reads = (count: number) => Array.from({ length: count }, (_, i) => read(`i${i}`))
const summarize = ({ statements, places }: ReturnType<typeof planBatch>) => [
  statements.map(({ measurement, window, instances }) => `${measurement} ${window.step} ${[...instances]}`),
  places
]

t.test('reads that differ in the instance alone share a statement, and identical ones a place', (t) => {
  const list = [
    read('a'), read('a', 'mem'), read('b'), read('a'), read('b', 'cpu', { ...hour, step: 61 }),
    read('b', 'mem'), read('b')
  ]
  t.same(summarize(planBatch(list, defaultBatchLimits)), [
    ['cpu 60 a,b', 'mem 60 a,b', 'cpu 61 b'], [0, 1, 0, 0, 2, 1, 0]
  ])
  for (const difference of [{ start: 60 }, { end: 3_660 }]) {
    const pair = [read('a'), read('a', 'cpu', { ...hour, ...difference })]
    t.equal(planBatch(pair, defaultBatchLimits).statements.length, 2)
  }
  t.end()
})

t.test('reads of different projects, or of any project, share no statement', (t) => {
  const of = (project: string | undefined, instance: string) => ({ ...read(instance), project })
  const list = [
    of('p', 'a'), of('q', 'a'), of(undefined, 'a'), of('p', 'b'), of('q', 'b'), of('p', 'a'),
    of('undefined', 'a')
  ]
  const { statements, places } = planBatch(list, defaultBatchLimits)
  t.same(statements.map(({ project, instances }) => [project, [...instances]]), [
    ['p', ['a', 'b']], ['q', ['a', 'b']], [undefined, ['a']], ['undefined', ['a']]
  ])
  t.same(places, [0, 1, 2, 0, 1, 0, 3])
  t.end()
})

t.test('a batch has the first reads that fit, and one at least', (t) => {
  const plan = (list: SeriesRequest[], limits: object) =>
    summarize(planBatch(list, { ...defaultBatchLimits, ...limits }))
  const placesOf = (list: SeriesRequest[], limits: object) => plan(list, limits)[1]
  t.same(plan(reads(5), { instances: 2 }), [
    ['cpu 60 i0,i1', 'cpu 60 i2,i3', 'cpu 60 i4'], [0, 0, 1, 1, 2]
  ], 'instances of a statement')
  t.same(placesOf(reads(5), { instances: 2, statements: 2 }), [0, 0, 1, 1], 'statements')
  t.same(
    placesOf([read('a'), read('a', 'mem'), read('b')], { statements: 1 }),
    [0],
    'no read overtakes another one'
  )
  const repeated = [read('a'), read('b'), read('a'), read('c'), read('b')]
  t.same(placesOf(repeated, { instances: 1, statements: 2 }), [0, 1, 0], 'a repeated read takes no room')
  t.same(placesOf(reads(5), { work: 3 * (60 + 12) }), [0, 0, 0], 'work')
  const huge = read('a', 'cpu', { start: 0, end: 600_000, step: 60 })
  t.same(placesOf([huge, read('b')], {}), [0], 'a read beyond the limit is sent alone')
  t.ok(placesOf(reads(100), { bytes: 2_500 })!.length < 60, 'bytes')
  t.end()
})

t.test('a request is no longer than planned, whatever the ids are', async (t) => {
  const settings = { url: '', database: '' }
  const variants = [
    [1, true], [defaultBatchLimits.instances, false], [1, true, 'p'.repeat(64)]
  ] as const
  for (const id of ['a', 'a'.repeat(36), '-_'.repeat(20)]) {
    for (const [instances, perDevice, project] of variants) {
      const list = Array.from({ length: 2_000 }, (_, i) => ({
        ...read(`${i}${id}`, `measurement.${i % 7}`),
        perDevice,
        project,
        window: { start: instances > 1 ? 0 : i, end: instances > 1 ? 1 : i + 1, step: 1 }
      }))
      const limits = { ...defaultBatchLimits, statements: 1_000, instances, bytes: 20_000 }
      const { places } = planBatch(list, limits)
      let length = 0
      const upstream = async (_: string, { body }: { body?: string }) => {
        length = body!.length
        throw new Error('sent')
      }
      const batch = list.slice(0, places.length)
      const options = { limits, onBatchSent () {} }
      await t.rejects(querySeries(upstream, settings, batch, options), /sent/)
      t.ok(length <= 20_000 + 100 && length > 5_000, `${places.length} reads are ${length} bytes`)
    }
  }
})

t.test('a failed batch is split by statements, and a single statement by instances', (t) => {
  const [a, b, c, d, e] = [read('a'), read('b'), read('a', 'mem'), read('a'), read('a', 'net')]
  const split = (batch: SeriesRequest[], parts = defaultBatchLimits.parts) =>
    splitBatch(batch, { ...defaultBatchLimits, parts })
  t.same(split([a, b, c, d]), [[a, b, d], [c]])
  t.same(split([a, b, d]), [[a, d], [b]])
  t.same(split([a, d]), [[a, d]])
  t.same(split([a, b, c, d, e], 2), [[a, b, c, d], [e]])
  t.same(split(['a', 'b', 'c', 'd', 'e'].map((id) => read(id)), 3).map((part) => part.length), [2, 2, 1])
  t.end()
})
