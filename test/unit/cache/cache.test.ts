import t from 'tap'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { createKept } from '#lib/cache/cache.js'

/** What is kept on a clock of its own, and a counted read that fails, or finds less than the whole, when it is told to. */
function keeping ({ ttl = 10, grace = 10, staleLimit = 100, bytes = 1_000 } = {}) {
  const clock = { time: 1_000, failed: [] as unknown[] }
  const state = { reads: 0, fails: false as boolean | Error, whole: true, until: undefined as number | undefined }
  const kept = createKept<{ read: number }>({ bytes, sizeOf: () => 100, staleLimit }, { now: () => clock.time, onBackgroundError: (err) => clock.failed.push(err) })
  const before: Array<number | undefined> = []
  const get = (key = 'k') => kept.get(key, { ttl, grace }, async (held) => {
    before.push(held?.read)
    const read = ++state.reads
    if (state.fails) throw state.fails === true ? new UpstreamError('metrics', 'unreachable', `read ${read} failed`) : state.fails
    return { value: { read }, whole: state.whole, until: state.until }
  })
  return { clock, state, before, get, fresh: () => kept.fresh('k', ttl), counts: kept.counts }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

t.test('reads once for all who ask at the same time, each key for itself', async (t) => {
  const { get, state } = keeping()
  const values = await Promise.all([get('a'), get('a'), get('b')])
  t.same(values.map(({ value }) => value.read), [1, 1, 2])
  t.equal(state.reads, 2)
})

t.test('is fresh, then stale while it is read again, then waited for', async (t) => {
  const { get, clock } = keeping()
  t.same(await get(), { value: { read: 1 }, fetchedAt: 1_000, state: 'miss' })
  clock.time += 9
  t.match(await get(), { value: { read: 1 } })
  clock.time += 1
  t.match(await get(), { value: { read: 1 }, fetchedAt: 1_000 })
  await settled()
  t.match(await get(), { value: { read: 2 }, fetchedAt: 1_010 })
  clock.time += 20
  t.match(await get(), { value: { read: 3 } })
})

t.test('stands in for reads that fail, up to its limit, and lets the upstream be between them', async (t) => {
  const { get, clock, state } = keeping({ staleLimit: 5_000 })
  await get()
  state.fails = true
  clock.time += 50
  t.match(await get(), { value: { read: 1 }, fetchedAt: 1_000, failure: { message: 'metrics: read 2 failed' } })
  t.match(clock.failed, [{ message: 'metrics: read 2 failed' }])
  t.match(await get(), { value: { read: 1 }, failure: { message: 'metrics: read 2 failed' } }, 'nor is it forgotten why')
  t.equal(state.reads, 2, 'it is not tried again at once')
  clock.time -= 1_000
  await get()
  await settled()
  t.equal(state.reads, 3, 'but where the clock was set back nobody knows when that was')
  clock.time += 2_000
  await get()
  await settled()
  t.equal(state.reads, 4)
  clock.time += 5_000
  await t.rejects(get(), { message: 'metrics: read 5 failed' })
  state.fails = false
  t.match(await get(), { value: { read: 6 }, failure: undefined })
})

t.test('has nobody wait for what has just failed and is tried again', async (t) => {
  const { get, clock, state } = keeping({ staleLimit: 50_000 })
  await get()
  state.fails = true
  clock.time += 100
  t.match(await get(), { value: { read: 1 }, state: 'stale' })
  state.fails = false
  clock.time += 2_000
  t.match(await get(), { value: { read: 1 }, state: 'stale', failure: { message: 'metrics: read 2 failed' } })
  await settled()
  t.match(await get(), { value: { read: 3 }, state: 'hit' })
  state.fails = true
  clock.time += 100
  await get()
  state.fails = false
  clock.time += 10_000
  t.match(await get(), { value: { read: 5 }, state: 'miss' }, 'but for what failed a while ago')
})

for (const [when, time] of [['while it may be given out', 15], ['when it is waited for', 50]] as const) {
  t.test(`stands in for nothing that no upstream failed, ${when}`, async (t) => {
    const { get, clock, state, counts } = keeping({ staleLimit: 5_000 })
    await get()
    state.fails = new NotFound('it is gone')
    clock.time += time
    const first = get()
    if (time < 20) t.match(await first, { value: { read: 1 }, state: 'stale' })
    else await t.rejects(first, { message: 'it is gone' })
    await settled()
    t.match(counts(), { entries: 0 })
    await t.rejects(get(), { message: 'it is gone' }, 'at once again')
    t.same(clock.failed, [])
  })
}

t.test('stands in for no read where its limit is 0, and is fresh all the same', async (t) => {
  const { get, clock, state } = keeping({ staleLimit: 0 })
  await get()
  clock.time += 9
  t.match(await get(), { state: 'hit' })
  state.fails = true
  clock.time += 1
  t.match(await get(), { state: 'stale' }, 'while it is read again')
  await settled()
  t.match(await get(), { state: 'stale' })
  t.equal(state.reads, 2, 'and the upstream is let be')
  clock.time += 10
  await t.rejects(get(), { message: 'metrics: read 3 failed' })
  t.equal(clock.failed.length, 1, 'what is of no use any more is not said to be used')
})

t.test('tells who reads what is kept', async (t) => {
  const { get, clock, before } = keeping()
  await get()
  clock.time += 50
  await get()
  t.same(before, [undefined, 1])
})

t.test('reads what was read when the clock was ahead as if it were as old', async (t) => {
  const { get, clock, fresh } = keeping()
  await get()
  clock.time -= 500
  t.equal(fresh(), undefined)
  t.match(await get(), { value: { read: 2 }, fetchedAt: 500 })
})

t.test('gives out nothing that has had its day, not even while reads fail', async (t) => {
  const { get, fresh, clock, state } = keeping({ staleLimit: 5_000 })
  state.until = 1_005
  await get()
  clock.time += 4
  t.match(await get(), { value: { read: 1 } })
  t.match(fresh(), { value: { read: 1 } })
  state.fails = true
  clock.time += 1
  t.equal(fresh(), undefined)
  await t.rejects(get(), { message: 'metrics: read 2 failed' })
})

t.test('keeps nothing that lacks something, and nothing at all without a lifetime', async (t) => {
  const { get, state } = keeping()
  state.whole = false
  t.match(await get(), { value: { read: 1 } })
  t.match(await get(), { value: { read: 2 } })
  const { get: off } = keeping({ ttl: 0, grace: 0 })
  t.match(await Promise.all([off(), off()]), [{ value: { read: 1 } }, { value: { read: 1 } }])
  t.match(await off(), { value: { read: 2 } })
})

t.test('lets the longest unused go where the bytes are used up', async (t) => {
  const { get, state } = keeping({ bytes: 250 })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  t.equal(state.reads, 3)
  await get('a')
  t.equal(state.reads, 3)
  await get('b')
  t.equal(state.reads, 4)
})

t.test('tells how a value was come by, and counts that', async (t) => {
  const { get, fresh, clock, state, counts } = keeping({ staleLimit: 5_000 })
  const come = async () => (await get()).state
  t.same(await Promise.all([come(), come()]), ['miss', 'miss'], 'who waits for another\'s read has not found it either')
  t.same([await come(), fresh() !== undefined], ['hit', true])
  clock.time += 10
  t.equal(fresh(), undefined)
  t.equal(await come(), 'stale', 'while it is read again')
  await settled()
  t.equal(await come(), 'hit')
  clock.time += 20
  t.equal(await come(), 'miss')
  state.fails = true
  clock.time += 20
  t.equal(await come(), 'stale', 'in place of a read that failed')
  t.equal(await come(), 'stale', 'until it is tried again')
  t.same(counts(), { hit: 3, stale: 3, miss: 3, entries: 1, bytes: 101 })
  clock.time += 5_000
  await t.rejects(get())
  t.match(counts(), { hit: 3, stale: 3, miss: 4 })
})
