import fc from 'fast-check'
import t from 'tap'
import { keepOver, settleDown } from '#test/support/metrics-store.js'
import type { Range } from '#test/support/metrics-store.js'

/** Two reads of which the second is sent when more has settled and more has arrived, answered in an order. */
for (const order of [[0, 1], [1, 0]]) {
  t.test(`leaves nothing older behind when reads are answered in the order ${order}`, async (t) => {
    const { clock, truth, hold, calls, ask, asked, bucketsIn } = keepOver()
    hold(true)
    const before = ask([90, 101])
    clock.minutes = 102
    for (const bucket of [98, 99, 100]) truth.set(bucket, 50)
    const after = ask([90, 103])
    for (const i of order) {
      calls[i]!.answer()
      await settleDown()
    }
    t.same((await before).at(-1), { time: 99 * 60, usage: 24.75 })
    t.same(await after, bucketsIn([90, 103]))
    t.same(asked(), [[90, 101], [90, 103]])

    hold(false)
    t.same(await ask([90, 103]), bucketsIn([90, 103]))
    t.same(asked(), [[100, 103]])
  })
}

t.test('coalesces concurrent reads of the same buckets', async (t) => {
  const { hold, calls, ask, asked, bucketsIn } = keepOver()
  hold(true)
  const results = [ask([10, 90]), ask([10, 90]), ask([10, 90])]
  calls[0]!.answer()
  t.same(await Promise.all(results), Array(3).fill(bucketsIn([10, 90])))
  t.same(asked(), [[10, 90]])
})

t.test('does not coalesce reads of another window, instance, metric, width or project', async (t) => {
  const { hold, calls, ask, asked } = keepOver()
  hold(true)
  const answers = [
    ask([10, 90]),
    ask([20, 30]),
    ask([9, 90]),
    ask([10, 91]),
    ask([10, 90], 'memory'),
    ask([10, 90], 'cpu', 'y'),
    ask([10, 90], 'cpu', 'x', 30),
    ask([10, 90], 'cpu', 'x', 60, 'p'),
    ask([10, 90], 'cpu', 'x', 60, 'q')
  ]
  for (const { answer } of calls) answer()
  await Promise.all(answers)
  t.same(asked(), [[10, 90], [20, 30], [9, 90], [10, 91], [10, 90], [10, 90], [10, 90], [10, 90], [10, 90]])
})

t.test('fails for all who wait, and then reads again', async (t) => {
  const { hold, calls, ask, asked, bucketsIn } = keepOver()
  hold(true)
  const answers = [ask([10, 90]), ask([10, 90])]
  const other = ask([80, 95])
  calls[0]!.fail()
  for (const answer of answers) await t.rejects(answer, { message: 'the store is down' })
  const joined = ask([80, 95])
  calls[1]!.answer()
  t.same(await other, bucketsIn([80, 95]))
  t.same(await joined, bucketsIn([80, 95]))
  hold(false)
  t.same(await ask([10, 90]), bucketsIn([10, 90]))
  t.same(asked(), [[10, 90], [80, 95], [10, 80]])
})

t.test('keeps of a read that is joined what had settled when it was sent', async (t) => {
  const { clock, truth, hold, calls, ask, asked, bucketsIn } = keepOver()
  hold(true)
  const first = ask([90, 101])
  clock.minutes = 100.9
  truth.set(98, 50)
  clock.minutes = 101
  const joined = ask([90, 101])
  calls[0]!.answer()
  await Promise.all([first, joined])
  hold(false)
  t.same(await ask([90, 101]), bucketsIn([90, 101]))
  t.same(asked(), [[90, 101], [98, 101]])
})

const events = fc.array(fc.oneof(
  fc.record({ wait: fc.constantFrom(0.001, 0.5, 1, 1.5, 7) }),
  fc.record({ ask: fc.tuple(fc.integer({ min: 40, max: 140 }), fc.integer({ min: 1, max: 60 })) }),
  fc.record({ answer: fc.nat(), fails: fc.boolean() }),
  fc.record({ late: fc.nat({ max: 4 }), usage: fc.nat({ max: 100 }) })
), { maxLength: 40 })

t.test('however reads overlap and whatever arrives meanwhile, what is kept is what is true', async () => {
  await fc.assert(fc.asyncProperty(events, async (events) => {
    const { clock, truth, hold, calls, ask, bucketsIn } = keepOver()
    hold(true)
    for (const event of events) {
      if ('wait' in event) clock.minutes += event.wait
      else if ('ask' in event) ask([event.ask[0], event.ask[0] + event.ask[1]]).catch(() => {})
      else if ('late' in event) truth.set(Math.floor(clock.minutes - 2) + event.late, event.usage)
      else if (calls.length > 0) {
        calls.splice(event.answer % calls.length, 1)[0]![event.fails
          ? 'fail'
          : 'answer']()
      }
      await settleDown()
    }
    hold(false)
    for (const { answer } of calls.reverse()) answer()
    await settleDown()
    const all: Range = [40, 220]
    const answer = await ask(all)
    if (JSON.stringify(answer) !== JSON.stringify(bucketsIn(all))) {
      throw new Error(`expected ${JSON.stringify(bucketsIn(all))}, got ${JSON.stringify(answer)}`)
    }
  }), { numRuns: 500 })
})
