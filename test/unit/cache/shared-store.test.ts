import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { createKept } from '#lib/cache/cache.js'
import type { CachedValue } from '#lib/cache/cache.js'
import type { Shared } from '#lib/cache/shared-store.js'

/** Two processes on one clock that share in memory. Their reads are counted together, and wait for the gate, fail or find less as they are told. */
function createPair () {
  const values = new Map<string, CachedValue<{ read: number }>>()
  const leases = new Set<string>()
  const asked = { get: 0, set: 0, drop: 0, lease: 0 }
  const shared: Shared<{ read: number }> = {
    async get (key) {
      asked.get++
      return values.get(key)
    },
    set (key, { value, fetchedAt }) {
      asked.set++
      values.set(key, { value, fetchedAt })
    },
    drop (key) {
      asked.drop++
      values.delete(key)
    },
    async lease (key) {
      asked.lease++
      if (leases.has(key)) return undefined
      leases.add(key)
      return () => { leases.delete(key) }
    }
  }

  const clock = { time: 1_000, failed: [] as unknown[] }
  const state = { reads: 0, fails: false, gone: false, whole: true, gate: Promise.resolve() }
  const read = async () => {
    const read = ++state.reads
    await state.gate
    if (state.gone) throw new NotFound(`read ${read} found nothing`)
    if (state.fails) throw new UpstreamError('metrics', 'unreachable', `read ${read} failed`)
    return { value: { read }, whole: state.whole }
  }
  const start = () => {
    const kept = createKept({ bytes: 1_000, sizeOf: () => 100, staleLimit: 5_000 }, { now: () => clock.time, onBackgroundError: (err) => clock.failed.push(err) }, shared)
    return (freshness = { ttl: 10, grace: 10 }) => kept.get('k', freshness, read)
  }
  /** Makes reads wait, until what it answers with is called. */
  const shut = () => {
    let open = () => {}
    state.gate = new Promise((resolve) => { open = resolve })
    return open
  }
  return { a: start(), b: start(), clock, state, shut, values, leases, asked }
}

t.test('what another process has read is as if it were read here, and asked for once', async (t) => {
  const { a, b, clock, state, asked } = createPair()
  t.match(await a(), { value: { read: 1 }, fetchedAt: 1_000 })
  clock.time += 3
  t.match(await Promise.all([b(), b(), b()]), [{ value: { read: 1 }, fetchedAt: 1_000 }, { fetchedAt: 1_000 }, { fetchedAt: 1_000 }])
  t.equal(state.reads, 1)
  const before = { ...asked }
  await Promise.all([a(), b()])
  t.same(asked, before, 'what is fresh here is asked of nobody')
})

t.test('while another process reads, its value is waited for', async (t) => {
  const { a, b, state, shut, leases } = createPair()
  const open = shut()
  const both = [a(), b()]
  await turn()
  open()
  t.match(await Promise.all(both), [{ value: { read: 1 } }, { value: { read: 1 } }])
  t.equal(state.reads, 1)
  t.equal(leases.size, 0)
})

t.test('a value that is no longer fresh when it has been waited for is good enough', async (t) => {
  const { a, b, clock, state, shut } = createPair()
  const open = shut()
  const both = [a(), b()]
  await turn()
  clock.time += 100
  open()
  t.match(await Promise.all(both), [{ fetchedAt: 1_000 }, { fetchedAt: 1_000 }])
  t.equal(state.reads, 1)
})

t.test('what is stale is given out by all while one reads', async (t) => {
  const { a, b, clock, state, shut } = createPair()
  await a()
  clock.time += 15
  const open = shut()
  t.match(await Promise.all([a(), b(), a(), b()]), Array(4).fill({ value: { read: 1 }, fetchedAt: 1_000 }))
  await turn()
  t.equal(state.reads, 2)
  open()
  while ((await a()).value.read === 1 || (await b()).value.read === 1) await turn()
  t.match([await a(), await b()], [{ value: { read: 2 }, fetchedAt: 1_015 }, { fetchedAt: 1_015 }])
  t.equal(state.reads, 2)
})

t.test('a refresh by one is there for the other before it is stale there', async (t) => {
  const { a, b, clock, state } = createPair()
  await Promise.all([a(), b()])
  clock.time += 50
  await a()
  t.match(await b(), { value: { read: 2 }, fetchedAt: 1_050 })
  t.equal(state.reads, 2)
})

t.test('what another process has read stands in for a read that fails, and the failure is told once', async (t) => {
  const { a, b, clock, state, leases } = createPair()
  await a()
  state.fails = true
  clock.time += 1_000
  t.match(await Promise.all([b(), b()]), [{ value: { read: 1 }, fetchedAt: 1_000, failure: { message: 'metrics: read 2 failed' } }, { failure: { message: 'metrics: read 2 failed' } }])
  t.equal(clock.failed.length, 1)
  t.equal(leases.size, 0)
  await b()
  t.equal(state.reads, 2, 'it is not tried again at once')
  clock.time += 4_000
  await t.rejects(b(), { message: 'metrics: read 3 failed' }, 'beyond its limit it does not')
})

t.test('what one finds to be gone is gone from what is shared, and stands in for nothing', async (t) => {
  for (const later of [15, 100]) {
    const { a, b, clock, state, values } = createPair()
    await a()
    clock.time += later
    state.gone = true
    // The first time it may still be given out, while it is read.
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

t.test('who waits for a read that finds nothing has nothing from what was shared', async (t) => {
  const { a, b, clock, state, shut, values, leases } = createPair()
  await a()
  await b()
  clock.time += 100
  state.gone = true
  const open = shut()
  const both = Promise.allSettled([a(), b()])
  await turn()
  open()
  t.match(await both, Array(2).fill({ reason: { name: 'NotFound' } }))
  t.equal(state.reads, 3)
  t.equal(values.size + leases.size, 0)
})

t.test('what lacks something, and what is not to be kept, is not shared', async (t) => {
  const { a, b, state, asked } = createPair()
  const off = { ttl: 0, grace: 0 }
  t.match([await a(off), await b(off)], [{ value: { read: 1 } }, { value: { read: 2 } }])
  t.same(asked, { get: 0, set: 0, drop: 0, lease: 0 })
  state.gone = true
  await t.rejects(a(off), { name: 'NotFound' })
  t.same(asked, { get: 0, set: 0, drop: 0, lease: 0 }, 'nor ended')
  Object.assign(state, { gone: false, reads: 2, whole: false })
  t.match([await a(), await b()], [{ value: { read: 3 } }, { value: { read: 4 } }])
  t.equal(asked.set, 0)
})

t.test('an older value does not take the place of a newer one', async (t) => {
  const { a, clock, values } = createPair()
  clock.time += 100
  await a()
  values.set('k', { value: { read: 0 }, fetchedAt: 1_000 })
  clock.time += 15
  t.match(await a(), { value: { read: 1 }, fetchedAt: 1_100 })
})

t.test('after some seconds a process reads that has waited in vain', async (t) => {
  const { a, state, leases, asked } = createPair()
  leases.add('k')
  t.match(await a(), { value: { read: 1 } })
  t.ok(asked.lease < 20, 'and has not asked too often')
  t.equal(state.reads, 1)
  t.ok(leases.has('k'), 'the lease is another\'s')
})
