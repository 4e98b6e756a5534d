import t from 'tap'
import { keep } from '../../lib/keep.js'

/** A kept counter on a clock of its own: fresh for 10 ms, gone after 100. */
function counter (fails: () => boolean = () => false) {
  const clock = { time: 0, failed: [] as unknown[] }
  let reads = 0
  const kept = keep(
    async () => {
      reads++
      if (fails()) throw new Error(`read ${reads} failed`)
      return { read: reads }
    },
    (_, readAt) => ({ renew: readAt + 10, gone: readAt + 100 }),
    { now: () => clock.time, failed: (err) => clock.failed.push(err) }
  )
  return { clock, kept }
}

t.test('reads once for all who wait', async (t) => {
  const { kept } = counter()
  const values = await Promise.all([kept.get(), kept.get(), kept.get()])
  t.same(values, [{ read: 1 }, { read: 1 }, { read: 1 }])
})

t.test('renews behind the callers\' backs, and lets them wait only when it is gone', async (t) => {
  const { clock, kept } = counter()
  await kept.get()
  clock.time = 10
  t.same(await kept.get(), { read: 1 })
  t.same(await kept.get(), { read: 2 })
  clock.time = 110
  t.same(await kept.get(), { read: 3 })
})

t.test('goes on with what is in hand while a renewal fails, and tries again after a pause', async (t) => {
  let down = false
  const { clock, kept } = counter(() => down)
  await kept.get()
  down = true
  clock.time = 20
  t.same(await kept.get(), { read: 1 })
  t.same(await kept.get(), { read: 1 })
  t.match(clock.failed, [{ message: 'read 2 failed' }])
  clock.time = 100
  await t.rejects(kept.get(), { message: 'read 3 failed' })
  down = false
  t.same(await kept.get(), { read: 4 })
})

t.test('forgets a value that is bad, but not its successor', async (t) => {
  const { kept } = counter()
  const first = await kept.get()
  kept.drop(first)
  const second = await kept.get()
  kept.drop(first)
  t.equal(await kept.get(), second)
})

t.test('renews what was read when the clock was ahead, and does not insist', async (t) => {
  let down = true
  const { clock, kept } = counter(() => down && clock.time < 1_000)
  clock.time = 1_000
  await kept.get()
  clock.time = 500
  t.same(await kept.get(), { read: 1 })
  t.same(await kept.get(), { read: 1 })
  t.match(clock.failed, [{ message: 'read 2 failed' }])
  down = false
  clock.time = 499
  await kept.get()
  t.same(await kept.get(), { read: 3 })
})
