import t from 'tap'
import { keep } from '#lib/cache/refreshing-value.js'

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
    (_, fetchedAt) => ({ renew: fetchedAt + 10, gone: fetchedAt + 100 }),
    { now: () => clock.time, onBackgroundError: (err) => clock.failed.push(err) }
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

t.test('replaces a value that is bad once for all who say so, and not its successor', async (t) => {
  const { kept } = counter()
  const first = await kept.get()
  const [second, other] = await Promise.all([kept.replace(first), kept.replace(first)])
  t.same(second, { read: 2 })
  t.equal(other, second)
  t.equal(await kept.replace(first), second)
  t.equal(await kept.get(), second)
})

t.test('has a value that is bad in hand until there is another, and where there is none', async (t) => {
  let down = true
  const { clock, kept } = counter(() => down && clock.time > 0)
  const first = await kept.get()
  clock.time = 1
  const [replaced, got] = await Promise.allSettled([kept.replace(first), kept.get()])
  t.match(replaced, { reason: { message: 'read 2 failed' } })
  t.match(got, { value: first })
  t.equal(await kept.get(), first)
  t.same(clock.failed, [], 'which is told to whom it concerns')
  clock.time = 100
  await t.rejects(kept.replace(first), { message: 'read 3 failed' })
  await t.rejects(kept.get(), { message: 'read 4 failed' }, 'but no longer than it is good for')
  down = false
  t.same(await kept.replace(first), { read: 5 })
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
