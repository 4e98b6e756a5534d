import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { createCache } from '#lib/cache/cache.js'
import type { SharedStore, StoredValue } from '#lib/cache/shared-store.js'

/**
 * Two processes with one clock and one shared store. Their loads are counted together; the test delays them
 * or makes them fail.
 */
function createPair () {
  const values = new Map<string, StoredValue<{ load: number }>>()
  const locks = new Set<string>()
  const calls = { get: 0, set: 0, delete: 0, lock: 0 }
  const released: boolean[] = []
  const shared: SharedStore<{ load: number }> = {
    async get (key) {
      calls.get++
      return values.get(key)
    },
    set (key, { value, fetchedAt }) {
      calls.set++
      values.set(key, { value, fetchedAt })
      return true
    },
    delete (key) {
      calls.delete++
      values.delete(key)
    },
    async lock (key) {
      calls.lock++
      if (locks.has(key)) return undefined
      locks.add(key)
      return (isShared) => {
        locks.delete(key)
        released.push(isShared)
      }
    }
  }

  const clock = { time: 1_000, errors: [] as unknown[] }
  const state = { loads: 0, fails: false, gone: false, complete: true, gate: Promise.resolve() }
  const load = async () => {
    const load = ++state.loads
    await state.gate
    if (state.gone) throw new NotFound(`load ${load} found nothing`)
    if (state.fails) throw new UpstreamError('metrics', 'unreachable', `load ${load} failed`)
    return { value: { load }, complete: state.complete }
  }
  const start = () => {
    const options = { maxBytes: 1_000, sizeOf: () => 100, staleIfError: 5_000 }
    const reporting = { now: () => clock.time, onBackgroundError: (err: unknown) => clock.errors.push(err) }
    const cache = createCache(options, reporting, shared)
    return (lifetimes = { ttl: 10, staleWhileRevalidate: 10 }) => cache.get('k', lifetimes, load)
  }
  /** Makes loads wait until the returned function is called. */
  const shut = () => {
    let open = () => {}
    state.gate = new Promise((resolve) => { open = resolve })
    return open
  }
  return { a: start(), b: start(), clock, state, shut, values, locks, calls, released }
}

t.test('uses a value that another process has fetched, and looks it up once', async (t) => {
  const { a, b, clock, state, calls } = createPair()
  t.match(await a(), { value: { load: 1 }, fetchedAt: 1_000 })
  clock.time += 3
  t.match(await Promise.all([b(), b(), b()]), [
    { value: { load: 1 }, fetchedAt: 1_000 }, { fetchedAt: 1_000 }, { fetchedAt: 1_000 }
  ])
  t.equal(state.loads, 1)
  const before = { ...calls }
  await Promise.all([a(), b()])
  t.same(calls, before, 'a fresh local value needs no shared store')
})

t.test('uses the value of another process although it is no longer fresh after the wait', async (t) => {
  const { a, b, clock, state, shut } = createPair()
  const open = shut()
  const both = [a(), b()]
  await turn()
  clock.time += 100
  open()
  t.match(await Promise.all(both), [{ fetchedAt: 1_000 }, { fetchedAt: 1_000 }])
  t.equal(state.loads, 1)
})

t.test('serves another process\'s value where a load fails, and reports the failure once', async (t) => {
  const { a, b, clock, state, locks } = createPair()
  await a()
  state.fails = true
  clock.time += 1_000
  const failure = { message: 'metrics: load 2 failed' }
  t.match(await Promise.all([b(), b()]), [{ value: { load: 1 }, fetchedAt: 1_000, failure }, { failure }])
  t.equal(clock.errors.length, 1)
  t.equal(locks.size, 0)
  await b()
  t.equal(state.loads, 2, 'without another load at once')
  clock.time += 4_000
  await t.rejects(b(), { message: 'metrics: load 3 failed' }, 'but not past staleIfError')
})

t.test('removes a value that is gone from the shared store, and serves it no more', async (t) => {
  for (const later of [15, 100]) {
    const { a, b, clock, state, values } = createPair()
    await a()
    clock.time += later
    state.gone = true
    // The first request may still be served stale.
    await a().catch(() => {})
    await turn()
    await t.rejects(a(), { name: 'NotFound' }, `after ${later} ms`)
    t.equal(values.size, 0)
    await t.rejects(b(), { name: 'NotFound' })
    state.gone = false
    state.fails = true
    for (const get of [a, b]) await t.rejects(get(), { name: 'UpstreamError' })
  }
})

t.test('a process gets no old value after the load that it waits for finds nothing', async (t) => {
  const { a, b, clock, state, shut, values, locks } = createPair()
  await a()
  await b()
  clock.time += 100
  state.gone = true
  const open = shut()
  const both = Promise.allSettled([a(), b()])
  await turn()
  open()
  t.match(await both, Array(2).fill({ reason: { name: 'NotFound' } }))
  t.equal(state.loads, 3)
  t.equal(values.size + locks.size, 0)
})

t.test('shares no partial value, and nothing without a ttl', async (t) => {
  const { a, b, state, calls } = createPair()
  const off = { ttl: 0, staleWhileRevalidate: 0 }
  t.match([await a(off), await b(off)], [{ value: { load: 1 } }, { value: { load: 2 } }])
  t.same(calls, { get: 0, set: 0, delete: 0, lock: 0 })
  state.gone = true
  await t.rejects(a(off), { name: 'NotFound' })
  t.same(calls, { get: 0, set: 0, delete: 0, lock: 0 }, 'nor deleted')
  Object.assign(state, { gone: false, loads: 2, complete: false })
  t.match([await a(), await b()], [{ value: { load: 3 } }, { value: { load: 4 } }])
  t.equal(calls.set, 0)
})

t.test('the lock is released with whether there is anything to wait for', async (t) => {
  const { a, b, clock, state, released } = createPair()
  await a()
  t.same(released, [true])
  await b({ ttl: 1, staleWhileRevalidate: 0 })
  t.same(released, [true], 'a value that is found needs no lock')
  clock.time += 10_000
  for (const change of [{ complete: false }, { fails: true }, { gone: true }]) {
    Object.assign(state, { fails: false, gone: false, complete: true }, change)
    await a({ ttl: 10, staleWhileRevalidate: 0 }).catch(() => {})
  }
  t.same(released.slice(1), [false, false, false], 'partial, failed, gone')
})

t.test('an older shared value does not replace a newer local one', async (t) => {
  const { a, clock, values } = createPair()
  clock.time += 100
  await a()
  values.set('k', { value: { load: 0 }, fetchedAt: 1_000 })
  clock.time += 15
  t.match(await a(), { value: { load: 1 }, fetchedAt: 1_100 })
})

t.test('fetches by itself after some seconds of waiting for the lock', async (t) => {
  const { a, state, locks, calls } = createPair()
  locks.add('k')
  t.match(await a(), { value: { load: 1 } })
  t.ok(calls.lock < 20, 'without looking too often')
  t.equal(state.loads, 1)
  t.ok(locks.has('k'), 'the lock is another\'s')
})
