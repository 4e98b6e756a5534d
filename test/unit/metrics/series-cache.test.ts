import t from 'tap'
import { blockBytes, blockTtlMs } from '#lib/metrics/bucket-blocks.js'
import { bucketsOf } from '#test/support/buckets.js'
import { startSeriesCache, step } from '#test/support/metrics-store.js'
import type { Range } from '#test/support/metrics-store.js'

type Read = [minute: number, range: Range, fetched: Range[]]

/**
 * Sequences of reads: the minute of each, its buckets, and the ranges that are fetched for it. Buckets settle
 * 2 minutes after their end.
 */
const sequences: Record<string, Read[]> = {
  'the same window again': [[100, [10, 90], [[10, 90]]], [100, [10, 90], []], [130, [10, 90], []]],
  'a part of a cached window': [
    [100, [10, 90], [[10, 90]]], [100, [10, 11], []], [100, [89, 90], []], [100, [30, 40], []]
  ],
  'a chart that is refreshed': [
    [100, [40, 101], [[40, 101]]], [100.5, [40, 101], [[98, 101]]], [101, [41, 102], [[98, 102]]],
    [102, [42, 103], [[99, 103]]]
  ],
  'a chart that is refreshed after a while': [[100, [40, 101], [[40, 101]]], [150, [90, 151], [[98, 151]]]],
  'older buckets': [[100, [50, 60], [[50, 60]]], [100, [40, 60], [[40, 50]]], [100, [39, 41], [[39, 40]]]],
  'newer buckets': [[100, [50, 60], [[50, 60]]], [100, [55, 70], [[60, 70]]]],
  'separate windows': [
    [100, [10, 12], [[10, 12]]], [100, [20, 22], [[20, 22]]], [100, [10, 22], [[12, 20]]]
  ],
  'just before a bucket settles': [
    [99.9999, [90, 98], [[90, 98]]], [99.9999, [90, 98], [[97, 98]]], [100, [90, 98], [[97, 98]]],
    [100, [90, 98], []]
  ],
  'just when a bucket settles': [[100, [90, 98], [[90, 98]]], [100, [90, 98], []]],
  'an end in the future': [
    [100, [95, 110], [[95, 110]]], [100, [95, 110], [[98, 110]]], [111.9, [95, 110], [[98, 110]]],
    [112, [95, 110], [[109, 110]]], [112, [95, 110], []]
  ],
  'the future alone': [[100, [200, 210], [[200, 210]]], [100, [200, 210], [[200, 210]]]],
  'many cached buckets in the middle': [
    [100, [20, 90], [[20, 90]]], [100, [10, 101], [[10, 20], [90, 101]]]
  ],
  'few cached buckets in the middle': [
    [100, [40, 60], [[40, 60]]], [100, [10, 98], [[10, 98]]], [100, [10, 98], []]
  ],
  'a clock that was ahead, and is set back': [
    [300, [90, 110], [[90, 110]]], [300, [90, 110], []], [100, [90, 110], [[90, 110]]],
    [120, [90, 110], [[98, 110]]]
  ],
  'a clock that is set back within the tolerance': [[100, [10, 90], [[10, 90]]], [99.99, [10, 90], []]],
  'more than a block': [
    [900, [255, 513], [[255, 513]]], [900, [200, 600], [[200, 255], [513, 600]]], [900, [200, 600], []]
  ]
}

for (const [name, reads] of Object.entries(sequences)) {
  t.test(`fetches only missing buckets: ${name}`, async (t) => {
    const { clock, read, fetchedRanges, bucketsIn } = startSeriesCache()
    for (const [minute, range, fetched] of reads) {
      clock.minutes = minute
      t.same(await read(range), bucketsIn(range), `complete in ${range}`)
      t.same(fetchedRanges(), fetched, `${range} at ${minute}`)
    }
  })
}

t.test('metrics, instances and widths are cached apart; a read fetches its metrics at once', async (t) => {
  const { series, read, fetchedRanges, calls } = startSeriesCache()
  const window = { start: 10 * step, end: 20 * step, step }
  const [first, second] = await series(['networkIn', 'networkOut'], 'x', window)
  t.same(first, second)
  t.match(calls, [{ metrics: ['networkIn', 'networkOut'], instance: 'x', range: [10, 20] }])
  fetchedRanges()
  await read([10, 20], 'networkIn')
  await read([10, 20], 'networkOut')
  t.same(fetchedRanges(), [])
  await series(['networkIn', 'packetsIn'], 'x', window)
  await read([10, 20], 'networkIn', 'y')
  await read([10, 20], 'networkIn', 'x', 30)
  t.same(fetchedRanges(), [[10, 20], [10, 20], [10, 20]])
})

t.test('series of each project, and of any project, are fetched and cached separately', async (t) => {
  const { read, calls, fetchedRanges } = startSeriesCache()
  const projects = ['p', 'q', undefined]
  const readAll = async () => {
    for (const project of projects) await read([10, 20], 'cpu', 'x', step, project)
  }
  await readAll()
  t.same(calls.map(({ project }) => project), projects)
  t.same(fetchedRanges(), [[10, 20], [10, 20], [10, 20]])
  await readAll()
  t.same(fetchedRanges(), [])
})

t.test('the settle time depends on the bucket\'s width', async (t) => {
  const { read, fetchedRanges } = startSeriesCache({ settle: (step) => step * 2 })
  for (const width of [60, 300]) {
    const now = 6_000 / width
    await read([now - 5, now], 'cpu', 'x', width)
    await read([now - 5, now], 'cpu', 'x', width)
    t.same(fetchedRanges(), [[now - 5, now], [now - 2, now]])
  }
})

t.test('late samples are seen until their bucket settles', async (t) => {
  const { clock, changedUsages, read, bucketsIn } = startSeriesCache()
  await read([90, 101])
  for (const minute of [101, 101.999]) {
    clock.minutes = minute
    changedUsages.set(99, minute)
    changedUsages.set(100, minute + 1)
    t.same(await read([90, 101]), bucketsIn([90, 101]))
  }
  clock.minutes = 103
  t.same(await read([90, 101]), bucketsIn([90, 101]))
})

t.test('a failed fetch stores nothing', async (t) => {
  const { read, fetchedRanges, calls, holdCalls, bucketsIn } = startSeriesCache()
  await read([20, 90])
  fetchedRanges()
  holdCalls(true)
  const failing = read([10, 98])
  calls[0]!.fail()
  calls[1]!.respond()
  await t.rejects(failing, { message: 'the store is down' })
  holdCalls(false)
  t.same(fetchedRanges(), [[10, 20], [90, 98]])
  t.same(await read([10, 98]), bucketsIn([10, 98]))
  t.same(fetchedRanges(), [[10, 20]], 'the window whose fetch failed')
})

t.test('callers do not share objects: changes of a result affect no other one', async (t) => {
  const { columns, fetchedRanges, bucketsIn } = startSeriesCache()
  const window = { start: 10 * step, end: 20 * step, step }
  for (let i = 0; i < 3; i++) {
    const [column] = await columns(['cpu'], 'x', window)
    t.same(bucketsOf(column!, window), bucketsIn([10, 20]))
    column!.fill(-1)
  }
  t.same(fetchedRanges(), [[10, 20]])
})

t.test('buckets that are not settled are cached for their own TTL, and then fetched again', async (t) => {
  const { clock, changedUsages, read, readMany, fetchedRanges, bucketsIn } =
    startSeriesCache({ tailTtl: 6_000 })
  await read([90, 100])
  const before = bucketsIn([90, 100])
  t.same(fetchedRanges(), [[90, 100]])
  changedUsages.set(99, 7)
  clock.minutes += 0.09
  t.same(await read([90, 100]), before)
  t.same(await readMany([92, 100], ['x']), [before.filter(({ time }) => time >= 92 * step)])
  t.same(fetchedRanges(), [])
  t.same(await read([90, 101]), bucketsIn([90, 101]))
  t.same(fetchedRanges(), [[98, 101]], 'with a new bucket, all that are not settled')
  t.same(await read([85, 102]), bucketsIn([85, 102]))
  t.same(fetchedRanges(), [[85, 102]], 'one window has all missing buckets')
  clock.minutes += 0.02
  t.same(await read([90, 102]), bucketsIn([90, 102]))
  t.same(fetchedRanges(), [], 'the later fetch read them again')
  clock.minutes += 0.1
  t.same(await read([90, 102]), bucketsIn([90, 102]))
  t.same(fetchedRanges(), [[98, 102]])
})

t.test('buckets that are not settled stay cached where the JSON beside them is replaced', async (t) => {
  const { read, readMany, fetchedRanges, bucketsIn } = startSeriesCache({ tailTtl: 60_000 })
  // The second read caches their JSON.
  for (let i = 0; i < 2; i++) await read([40, 60])
  await readMany([10, 100], ['x'])
  t.same(fetchedRanges(), [[40, 60], [10, 100]])
  t.same(await read([10, 100]), bucketsIn([10, 100]))
  t.same(fetchedRanges(), [])
})

t.test('of two overlapping fetches, the one that was sent later is cached', async (t) => {
  const { clock, changedUsages, read, calls, holdCalls, bucketsIn } = startSeriesCache({ tailTtl: 60_000 })
  holdCalls(true)
  const first = read([90, 100])
  clock.minutes += 0.1
  changedUsages.set(99, 7)
  const second = read([91, 100])
  calls[1]!.respond()
  t.same(await second, bucketsIn([91, 100]))
  calls[0]!.respond()
  await first
  t.same(await read([91, 100]), bucketsIn([91, 100]))
  t.equal(calls.length, 2)
})

t.test('the least recently used block is evicted when the cache is full', async (t) => {
  const { clock, columns, fetchedRanges } = startSeriesCache({ maxBytes: 2 * blockBytes })
  const read = ([from, to]: Range) =>
    columns(['cpu'], 'x', { start: from * step, end: to * step, step })
  clock.minutes = 1_000
  for (const range of [[0, 2], [256, 258], [0, 1], [512, 513]] satisfies Range[]) await read(range)
  t.same(fetchedRanges(), [[0, 2], [256, 258], [512, 513]])
  await read([0, 2])
  t.same(fetchedRanges(), [])
  await read([256, 258])
  t.same(fetchedRanges(), [[256, 258]])
})

t.test('results are right where the cache is too small for one', async (t) => {
  for (const maxBytes of [1, blockBytes, 2 * blockBytes]) {
    const { clock, read, bucketsIn } = startSeriesCache({ maxBytes })
    clock.minutes = 1_000
    for (const range of [[0, 900], [0, 900], [200, 300], [200, 300]] satisfies Range[]) {
      t.same(await read(range), bucketsIn(range))
    }
  }
})

t.test('a block expires after its TTL, however often it was used', async (t) => {
  const { clock, changedUsages, read, fetchedRanges, bucketsIn } = startSeriesCache()
  await read([10, 20])
  changedUsages.set(12, 7)
  clock.minutes += blockTtlMs / 60_000
  await read([10, 30])
  t.same(fetchedRanges(), [[10, 20], [20, 30]])
  clock.minutes += 0.001
  t.same(await read([10, 30]), bucketsIn([10, 30]))
  t.same(fetchedRanges(), [[10, 30]])
})

t.test('the statistics count cached and missing buckets', async (t) => {
  const { read, stats } = startSeriesCache()
  await read([0, 10])
  t.same(stats(), { hit: 0, stale: 0, miss: 10, entries: 1, bytes: blockBytes })
  await read([5, 15])
  const { bytes, ...counts } = stats()
  t.same(counts, { hit: 5, stale: 0, miss: 15, entries: 1 }, 'those without data too')
  t.ok(bytes > blockBytes + 4 * '{"time":300,"usage":1.25}'.length, 'with the JSON of cached buckets')
})

t.test('one fetch reads the missing buckets of several instances', async (t) => {
  const { clock, readMany, read, calls, bucketsIn } = startSeriesCache()
  const fetches = () => calls.splice(0).map(({ instance, range }) => [instance, ...range])
  const expectMany = async (range: Range, ids: string[]) =>
    t.same(await readMany(range, ids), ids.map(() => bucketsIn(range)))
  await expectMany([10, 90], ['x', 'y'])
  t.same(fetches(), [['x,y', 10, 90]])
  await expectMany([10, 90], ['y', 'x'])
  t.same(fetches(), [], 'all are cached')
  t.same(await read([10, 90]), bucketsIn([10, 90]))
  t.same(fetches(), [], 'a single read uses the same cache')
  await read([90, 95], 'cpu', 'z')
  await expectMany([80, 98], ['x', 'z', 'y'])
  t.same(fetches(), [['z', 90, 95], ['x,z,y', 80, 98]], 'one window that has all that is missing')
  clock.minutes = 101
  await expectMany([80, 101], ['x', 'n', 'y'])
  t.same(fetches(), [['x,n,y', 80, 101]])
  await expectMany([80, 101], ['x', 'n', 'y'])
  t.same(fetches(), [['x,n,y', 99, 101]], 'buckets that are not settled are fetched again')
  await expectMany([80, 90], ['x', 'new'])
  t.same(fetches(), [['new', 80, 90]], 'an instance of which nothing is missing is not fetched')
})

t.test('late samples of several instances are seen until their bucket settles', async (t) => {
  const { clock, changedUsages, readMany, bucketsIn } = startSeriesCache()
  for (const minute of [100, 101, 101.999, 103]) {
    clock.minutes = minute
    changedUsages.set(99, minute > 102 ? 101.999 : minute)
    t.same(await readMany([90, 100], ['x', 'y']), [bucketsIn([90, 100]), bucketsIn([90, 100])])
  }
})

t.test('a failed fetch of several instances stores nothing', async (t) => {
  const { readMany, calls, holdCalls, fetchedRanges } = startSeriesCache()
  holdCalls(true)
  const failing = readMany([10, 20], ['x', 'y'])
  calls[0]!.fail()
  await t.rejects(failing, { message: 'the store is down' })
  holdCalls(false)
  fetchedRanges()
  await readMany([10, 20], ['x', 'y'])
  t.same(fetchedRanges(), [[10, 20]])
})
