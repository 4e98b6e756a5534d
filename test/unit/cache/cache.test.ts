import t from 'tap'
import { createCache } from '#lib/cache/cache.js'
import { NotFound, UpstreamError } from '#lib/errors.js'

/** A cache with a clock that the test moves, and a counted load that the test makes fail or return less. */
function createCounted ({ ttl = 10, staleWhileRevalidate = 10, staleIfError = 100, maxBytes = 1_000 } = {}) {
  const clock = { time: 1_000, errors: [] as unknown[] }
  const state = {
    loads: 0, fails: false as boolean | Error, complete: true, expiresAt: undefined as number | undefined
  }
  const cache = createCache<{ load: number }>(
    { maxBytes, sizeOf: () => 100, staleIfError },
    { now: () => clock.time, onBackgroundError: (err) => clock.errors.push(err) }
  )
  const previous: Array<number | undefined> = []
  const get = (key = 'k') => cache.get(key, { ttl, staleWhileRevalidate }, async (cached) => {
    previous.push(cached?.load)
    const load = ++state.loads
    if (state.fails === true) throw new UpstreamError('metrics', 'unreachable', `load ${load} failed`)
    if (state.fails !== false) throw state.fails
    return { value: { load }, complete: state.complete, expiresAt: state.expiresAt }
  })
  const set = (load: number, ttl: number) => cache.set('k', { ttl }, { load })
  return { clock, state, previous, get, set, getFresh: () => cache.getFresh('k'), stats: cache.stats }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

t.test('coalesces concurrent loads of a key', async (t) => {
  const { get, state } = createCounted()
  const results = await Promise.all([get('a'), get('a'), get('b')])
  t.same(results.map(({ value }) => value.load), [1, 1, 2])
  t.equal(state.loads, 2)
})

t.test('serves a fresh value, then a stale one while it refreshes, then waits', async (t) => {
  const { get, clock } = createCounted()
  t.same(await get(), { value: { load: 1 }, fetchedAt: 1_000, status: 'miss' })
  clock.time += 9
  t.match(await get(), { value: { load: 1 }, status: 'hit' })
  clock.time += 1
  t.match(await get(), { value: { load: 1 }, fetchedAt: 1_000, status: 'stale' })
  await nextTurn()
  t.match(await get(), { value: { load: 2 }, fetchedAt: 1_010, status: 'hit' })
  clock.time += 20
  t.match(await get(), { value: { load: 3 }, status: 'miss' })
})

t.test('serves a stale value where a refresh fails, up to staleIfError, and backs off', async (t) => {
  const { get, clock, state } = createCounted({ staleIfError: 5_000 })
  await get()
  state.fails = true
  clock.time += 50
  t.match(await get(), {
    value: { load: 1 }, fetchedAt: 1_000, failure: { message: 'metrics: load 2 failed' }
  })
  t.match(clock.errors, [{ message: 'metrics: load 2 failed' }])
  t.match(
    await get(), { value: { load: 1 }, failure: { message: 'metrics: load 2 failed' } }, 'with the failure'
  )
  t.equal(state.loads, 2, 'without another load at once')
  clock.time -= 1_000
  await get()
  await nextTurn()
  t.equal(state.loads, 3, 'but with one after the clock was set back')
  clock.time += 2_000
  await get()
  await nextTurn()
  t.equal(state.loads, 4)
  clock.time += 5_000
  await t.rejects(get(), { message: 'metrics: load 5 failed' })
  state.fails = false
  t.match(await get(), { value: { load: 6 }, failure: undefined })
})

t.test('refreshes in the background for a while after a failed refresh', async (t) => {
  const { get, clock, state } = createCounted({ staleIfError: 50_000 })
  await get()
  state.fails = true
  clock.time += 100
  t.match(await get(), { value: { load: 1 }, status: 'stale' })
  state.fails = false
  clock.time += 2_000
  t.match(await get(), {
    value: { load: 1 }, status: 'stale', failure: { message: 'metrics: load 2 failed' }
  })
  await nextTurn()
  t.match(await get(), { value: { load: 3 }, status: 'hit' })
  state.fails = true
  clock.time += 100
  await get()
  state.fails = false
  clock.time += 10_000
  t.match(await get(), { value: { load: 5 }, status: 'miss' }, 'and waits again later')
})

for (const [when, time] of [['in the background', 15], ['that callers wait for', 50]] as const) {
  t.test(`removes the entry after an error that is not an upstream's, in a refresh ${when}`, async (t) => {
    const { get, clock, state, stats } = createCounted({ staleIfError: 5_000 })
    await get()
    state.fails = new NotFound('it is gone')
    clock.time += time
    const first = get()
    if (time < 20) t.match(await first, { value: { load: 1 }, status: 'stale' })
    else await t.rejects(first, { message: 'it is gone' })
    await nextTurn()
    t.match(stats(), { entries: 0 })
    await t.rejects(get(), { message: 'it is gone' }, 'at once again')
    t.same(clock.errors, [])
  })
}

t.test('serves fresh values alone where a refresh fails, without staleIfError', async (t) => {
  const { get, clock, state } = createCounted({ staleIfError: 0 })
  await get()
  clock.time += 9
  t.match(await get(), { status: 'hit' })
  state.fails = true
  clock.time += 1
  t.match(await get(), { status: 'stale' }, 'while it refreshes')
  await nextTurn()
  t.match(await get(), { status: 'stale' })
  t.equal(state.loads, 2, 'with a back-off')
  clock.time += 10
  await t.rejects(get(), { message: 'metrics: load 3 failed' })
  t.equal(clock.errors.length, 1, 'an error that the caller receives is not reported')
})

t.test('passes the cached value to the load', async (t) => {
  const { get, clock, previous } = createCounted()
  await get()
  clock.time += 50
  await get()
  t.same(previous, [undefined, 1])
})

t.test('does not trust a value that is ahead of the clock', async (t) => {
  const { get, clock, getFresh } = createCounted()
  await get()
  clock.time -= 500
  t.equal(getFresh(), undefined)
  t.match(await get(), { value: { load: 2 }, fetchedAt: 500 })
})

t.test('never serves a value past its own expiry, even while loads fail', async (t) => {
  const { get, getFresh, clock, state } = createCounted({ staleIfError: 5_000 })
  state.expiresAt = 1_005
  await get()
  clock.time += 4
  t.match(await get(), { value: { load: 1 } })
  t.match(getFresh(), { value: { load: 1 } })
  state.fails = true
  clock.time += 1
  t.equal(getFresh(), undefined)
  await t.rejects(get(), { message: 'metrics: load 2 failed' })
})

t.test('caches no partial value, and nothing without a ttl', async (t) => {
  const { get, state } = createCounted()
  state.complete = false
  t.match(await get(), { value: { load: 1 } })
  t.match(await get(), { value: { load: 2 } })
  const { get: uncached } = createCounted({ ttl: 0, staleWhileRevalidate: 0 })
  t.match(await Promise.all([uncached(), uncached()]), [{ value: { load: 1 } }, { value: { load: 1 } }])
  t.match(await uncached(), { value: { load: 2 } })
})

t.test('serves a value that became known otherwise, while it is fresh', async (t) => {
  const { get, set, getFresh, clock, state } = createCounted()
  set(7, 0)
  t.equal(getFresh(), undefined)
  set(7, 10)
  t.match(await get(), { value: { load: 7 }, fetchedAt: 1_000, status: 'hit' })
  t.equal(state.loads, 0)
  clock.time += 10
  t.equal(getFresh(), undefined)
})

t.test('evicts the least recently used entry where the bytes are used up', async (t) => {
  const { get, state } = createCounted({ maxBytes: 250 })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  t.equal(state.loads, 3)
  await get('a')
  t.equal(state.loads, 3)
  await get('b')
  t.equal(state.loads, 4)
})

t.test('counts lookups by status', async (t) => {
  const { get, getFresh, clock, state, stats } = createCounted({ staleIfError: 5_000 })
  const status = async () => (await get()).status
  t.same(
    await Promise.all([status(), status()]), ['miss', 'miss'], 'a caller that joins a load missed as well'
  )
  t.same([await status(), getFresh() !== undefined], ['hit', true])
  clock.time += 10
  t.equal(getFresh(), undefined)
  t.equal(await status(), 'stale', 'while it refreshes')
  await nextTurn()
  t.equal(await status(), 'hit')
  clock.time += 20
  t.equal(await status(), 'miss')
  state.fails = true
  clock.time += 20
  t.equal(await status(), 'stale', 'in place of a failed refresh')
  t.equal(await status(), 'stale', 'until the next refresh')
  t.same(stats(), { hit: 3, stale: 3, miss: 3, entries: 1, bytes: 101 })
  clock.time += 5_000
  await t.rejects(get())
  t.match(stats(), { hit: 3, stale: 3, miss: 4 })
})
