import t from 'tap'
import { blockBytes, blockTtlMs } from '#lib/metrics/bucket-blocks.js'
import { keepOver, step } from '#test/support/metrics-store.js'
import type { Range } from '#test/support/metrics-store.js'

/**
 * What is asked for at some minutes, one after the other, and what the store is asked for then. Buckets
 * settle 2 minutes after their end.
 */
const courses: Record<string, Array<[minute: number, asked: Range, read: Range[]]>> = {
  'the same again': [[100, [10, 90], [[10, 90]]], [100, [10, 90], []], [130, [10, 90], []]],
  'a part of what is kept': [
    [100, [10, 90], [[10, 90]]], [100, [10, 11], []], [100, [89, 90], []], [100, [30, 40], []]
  ],
  'a chart that is refreshed': [
    [100, [40, 101], [[40, 101]]],
    [100.5, [40, 101], [[98, 101]]],
    [101, [41, 102], [[98, 102]]],
    [102, [42, 103], [[99, 103]]]
  ],
  'a chart that is refreshed after a while': [[100, [40, 101], [[40, 101]]], [150, [90, 151], [[98, 151]]]],
  'what is older': [[100, [50, 60], [[50, 60]]], [100, [40, 60], [[40, 50]]], [100, [39, 41], [[39, 40]]]],
  'what is newer': [[100, [50, 60], [[50, 60]]], [100, [55, 70], [[60, 70]]]],
  'what lies apart': [[100, [10, 12], [[10, 12]]], [100, [20, 22], [[20, 22]]], [100, [10, 22], [[12, 20]]]],
  'just before a bucket settles': [
    [99.9999, [90, 98], [[90, 98]]],
    [99.9999, [90, 98], [[97, 98]]],
    [100, [90, 98], [[97, 98]]],
    [100, [90, 98], []]
  ],
  'just when it settles': [[100, [90, 98], [[90, 98]]], [100, [90, 98], []]],
  'an end in the future': [
    [100, [95, 110], [[95, 110]]],
    [100, [95, 110], [[98, 110]]],
    [111.9, [95, 110], [[98, 110]]],
    [112, [95, 110], [[109, 110]]],
    [112, [95, 110], []]
  ],
  'the future alone': [[100, [200, 210], [[200, 210]]], [100, [200, 210], [[200, 210]]]],
  'much that is kept in the middle': [[100, [20, 90], [[20, 90]]], [100, [10, 101], [[10, 20], [90, 101]]]],
  'little that is kept in the middle': [
    [100, [40, 60], [[40, 60]]], [100, [10, 98], [[10, 98]]], [100, [10, 98], []]
  ],
  'a clock that was ahead, and is set back': [
    [300, [90, 110], [[90, 110]]],
    [300, [90, 110], []],
    [100, [90, 110], [[90, 110]]],
    [120, [90, 110], [[98, 110]]]
  ],
  'a clock that is set back by no more than clocks are': [[100, [10, 90], [[10, 90]]], [99.99, [10, 90], []]],
  'more than a block': [
    [900, [255, 513], [[255, 513]]], [900, [200, 600], [[200, 255], [513, 600]]], [900, [200, 600], []]
  ]
}

for (const [name, course] of Object.entries(courses)) {
  t.test(name, async (t) => {
    const { clock, ask, asked, bucketsIn } = keepOver()
    for (const [minute, range, read] of course) {
      clock.minutes = minute
      t.same(await ask(range), bucketsIn(range), `all of ${range}`)
      t.same(asked(), read, `${range} at ${minute}`)
    }
  })
}

t.test('caches by metric, instance and width, and fetches the metrics of a request together', async (t) => {
  const { kept, ask, asked, calls } = keepOver()
  const window = { start: 10 * step, end: 20 * step, step }
  const [first, second] = await kept(['networkIn', 'networkOut'], 'x', window)
  t.same(first, second)
  t.match(calls, [{ metrics: ['networkIn', 'networkOut'], instance: 'x', range: [10, 20] }])
  asked()
  await ask([10, 20], 'networkIn')
  await ask([10, 20], 'networkOut')
  t.same(asked(), [])
  await kept(['networkIn', 'packetsIn'], 'x', window)
  await ask([10, 20], 'networkIn', 'y')
  await ask([10, 20], 'networkIn', 'x', 30)
  t.same(asked(), [[10, 20], [10, 20], [10, 20]])
})

t.test('keeps what is of a project by itself, and reads it so', async (t) => {
  const { ask, calls, asked } = keepOver()
  const of = (project?: string) => ask([10, 20], 'cpu', 'x', step, project)
  for (const project of ['p', 'q', undefined]) await of(project)
  t.same(calls.map(({ project }) => project), ['p', 'q', undefined])
  t.same(asked(), [[10, 20], [10, 20], [10, 20]])
  for (const project of ['p', 'q', undefined]) await of(project)
  t.same(asked(), [])
})

t.test('settles by the width of a bucket', async (t) => {
  const { ask, asked } = keepOver({ settle: (step) => step * 2 })
  for (const width of [60, 300]) {
    const now = 6_000 / width
    await ask([now - 5, now], 'cpu', 'x', width)
    await ask([now - 5, now], 'cpu', 'x', width)
    t.same(asked(), [[now - 5, now], [now - 2, now]])
  }
})

t.test('sees what arrives late, until the bucket settles', async (t) => {
  const { clock, truth, ask, bucketsIn } = keepOver()
  await ask([90, 101])
  for (const minute of [101, 101.999]) {
    clock.minutes = minute
    truth.set(99, minute)
    truth.set(100, minute + 1)
    t.same(await ask([90, 101]), bucketsIn([90, 101]))
  }
  clock.minutes = 103
  t.same(await ask([90, 101]), bucketsIn([90, 101]))
})

t.test('keeps nothing of a read that fails', async (t) => {
  const { ask, asked, calls, hold, bucketsIn } = keepOver()
  await ask([20, 90])
  asked()
  hold(true)
  const failing = ask([10, 98])
  calls[0]!.fail()
  calls[1]!.answer()
  await t.rejects(failing, { message: 'the store is down' })
  hold(false)
  t.same(asked(), [[10, 20], [90, 98]])
  t.same(await ask([10, 98]), bucketsIn([10, 98]))
  t.same(asked(), [[10, 20]], 'the side that failed')
})

t.test('answers with what nobody else has in hand', async (t) => {
  const { ask, asked, bucketsIn } = keepOver()
  for (let i = 0; i < 3; i++) {
    const answer = await ask([10, 20])
    t.same(answer, bucketsIn([10, 20]))
    for (const bucket of answer) bucket.usage = -1
    answer.length = 0
  }
  t.same(asked(), [[10, 20]])
})

t.test('drops what was used least recently, when its bytes are full', async (t) => {
  const { clock, ask, asked } = keepOver({ maxBytes: 2 * blockBytes })
  clock.minutes = 1_000
  for (const range of [[0, 2], [256, 258], [0, 1], [512, 513]] satisfies Range[]) await ask(range)
  t.same(asked(), [[0, 2], [256, 258], [512, 513]])
  await ask([0, 2])
  t.same(asked(), [])
  await ask([256, 258])
  t.same(asked(), [[256, 258]])
})

t.test('answers right where its bytes do not hold an answer', async (t) => {
  for (const bytes of [1, blockBytes]) {
    const { clock, ask, bucketsIn } = keepOver({ maxBytes: bytes })
    clock.minutes = 1_000
    for (let i = 0; i < 2; i++) t.same(await ask([0, 900]), bucketsIn([0, 900]))
  }
})

t.test('reads again what it has kept for its lifetime, however often that was used', async (t) => {
  const { clock, truth, ask, asked, bucketsIn } = keepOver()
  await ask([10, 20])
  truth.set(12, 7)
  clock.minutes += blockTtlMs / 60_000
  await ask([10, 30])
  t.same(asked(), [[10, 20], [20, 30]])
  clock.minutes += 0.001
  t.same(await ask([10, 30]), bucketsIn([10, 30]))
  t.same(asked(), [[10, 30]])
})

t.test('stats the buckets that were kept, and those that were not', async (t) => {
  const { ask, stats } = keepOver()
  await ask([0, 10])
  t.same(stats(), { hit: 0, stale: 0, miss: 10, entries: 1, bytes: blockBytes })
  await ask([5, 15])
  t.same(stats(), { hit: 5, stale: 0, miss: 15, entries: 1, bytes: blockBytes }, 'those without data too')
})
