import fc from 'fast-check'
import t from 'tap'
import { runPending, startSeriesCache } from '#test/support/metrics-store.js'
import type { Range } from '#test/support/metrics-store.js'

// The second fetch is sent after more buckets have settled and more samples have arrived.
for (const order of [[0, 1], [1, 0]]) {
  t.test(`the newer data is cached when two fetches end in the order ${order}`, async (t) => {
    const { clock, changedUsages, holdCalls, calls, read, fetchedRanges, bucketsIn } = startSeriesCache()
    holdCalls(true)
    const before = read([90, 101])
    clock.minutes = 102
    for (const bucket of [98, 99, 100]) changedUsages.set(bucket, 50)
    const after = read([90, 103])
    for (const i of order) {
      calls[i]!.respond()
      await runPending()
    }
    t.same((await before).at(-1), { time: 99 * 60, usage: 24.75 })
    t.same(await after, bucketsIn([90, 103]))
    t.same(fetchedRanges(), [[90, 101], [90, 103]])

    holdCalls(false)
    t.same(await read([90, 103]), bucketsIn([90, 103]))
    t.same(fetchedRanges(), [[100, 103]])
  })
}

t.test('concurrent reads of the same buckets share one fetch', async (t) => {
  const { holdCalls, calls, read, fetchedRanges, bucketsIn } = startSeriesCache()
  holdCalls(true)
  const results = [read([10, 90]), read([10, 90]), read([10, 90])]
  calls[0]!.respond()
  t.same(await Promise.all(results), Array(3).fill(bucketsIn([10, 90])))
  t.same(fetchedRanges(), [[10, 90]])
})

t.test('reads of another window, instance, metric, width or project share no fetch', async (t) => {
  const { holdCalls, calls, read, fetchedRanges } = startSeriesCache()
  holdCalls(true)
  const results = [
    read([10, 90]), read([20, 30]), read([9, 90]), read([10, 91]), read([10, 90], 'memory'),
    read([10, 90], 'cpu', 'y'), read([10, 90], 'cpu', 'x', 30), read([10, 90], 'cpu', 'x', 60, 'p'),
    read([10, 90], 'cpu', 'x', 60, 'q')
  ]
  for (const { respond } of calls) respond()
  await Promise.all(results)
  t.same(fetchedRanges(), [
    [10, 90], [20, 30], [9, 90], [10, 91], [10, 90], [10, 90], [10, 90], [10, 90], [10, 90]
  ])
})

t.test('a failed fetch fails for all callers that share it, and the next read fetches again', async (t) => {
  const { holdCalls, calls, read, fetchedRanges, bucketsIn } = startSeriesCache()
  holdCalls(true)
  const failing = [read([10, 90]), read([10, 90])]
  const other = read([80, 95])
  calls[0]!.fail()
  for (const result of failing) await t.rejects(result, { message: 'the store is down' })
  const sharing = read([80, 95])
  calls[1]!.respond()
  t.same(await other, bucketsIn([80, 95]))
  t.same(await sharing, bucketsIn([80, 95]))
  holdCalls(false)
  t.same(await read([10, 90]), bucketsIn([10, 90]))
  t.same(fetchedRanges(), [[10, 90], [80, 95], [10, 80]])
})

t.test('a shared fetch caches the buckets that had settled when it was sent', async (t) => {
  const { clock, changedUsages, holdCalls, calls, read, fetchedRanges, bucketsIn } = startSeriesCache()
  holdCalls(true)
  const first = read([90, 101])
  clock.minutes = 100.9
  changedUsages.set(98, 50)
  clock.minutes = 101
  const sharing = read([90, 101])
  calls[0]!.respond()
  await Promise.all([first, sharing])
  holdCalls(false)
  t.same(await read([90, 101]), bucketsIn([90, 101]))
  t.same(fetchedRanges(), [[90, 101], [98, 101]])
})

const events = fc.array(fc.oneof(
  fc.record({ waitMinutes: fc.constantFrom(0.001, 0.5, 1, 1.5, 7) }),
  fc.record({ read: fc.tuple(fc.integer({ min: 40, max: 140 }), fc.integer({ min: 1, max: 60 })) }),
  fc.record({ response: fc.nat(), fails: fc.boolean() }),
  fc.record({ unsettled: fc.nat({ max: 4 }), usage: fc.nat({ max: 100 }) })
), { maxLength: 40 })

t.test('cached buckets equal the store\'s, however fetches overlap and late samples arrive', async () => {
  await fc.assert(fc.asyncProperty(events, async (events) => {
    const { clock, changedUsages, holdCalls, calls, read, bucketsIn } = startSeriesCache()
    holdCalls(true)
    for (const event of events) {
      if ('waitMinutes' in event) clock.minutes += event.waitMinutes
      else if ('read' in event) read([event.read[0], event.read[0] + event.read[1]]).catch(() => {})
      else if ('unsettled' in event) {
        changedUsages.set(Math.floor(clock.minutes - 2) + event.unsettled, event.usage)
      } else if (calls.length > 0) {
        const call = calls.splice(event.response % calls.length, 1)[0]!
        call[event.fails ? 'fail' : 'respond']()
      }
      await runPending()
    }
    holdCalls(false)
    for (const { respond } of calls.reverse()) respond()
    await runPending()
    const all: Range = [40, 220]
    const [buckets, expected] = [await read(all), bucketsIn(all)].map((list) => JSON.stringify(list))
    if (buckets !== expected) throw new Error(`expected ${expected}, got ${buckets}`)
  }), { numRuns: 500 })
})
