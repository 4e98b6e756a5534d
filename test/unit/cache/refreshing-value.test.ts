import t from 'tap'
import { createRefreshingValue, createRefreshingValues } from '#lib/cache/refreshing-value.js'
import { UpstreamError } from '#lib/errors.js'

/** A counter with a clock that the test moves: fresh for 10 ms, expired after 100. */
function createCounter (fails: () => boolean = () => false) {
  const clock = { time: 0, errors: [] as unknown[] }
  let fetches = 0
  const counter = createRefreshingValue(
    async () => {
      fetches++
      if (fails()) throw new UpstreamError('identity', 'timeout', `fetch ${fetches} failed`)
      return { fetch: fetches }
    },
    () => ({ ttl: 10, staleWhileRevalidate: 90 }),
    { now: () => clock.time, onBackgroundError: (err) => clock.errors.push(err) }
  )
  return { clock, counter }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

t.test('refreshes in the background, and lets callers wait only after the expiry', async (t) => {
  const { clock, counter } = createCounter()
  t.same(await Promise.all([counter.get(), counter.get()]), [{ fetch: 1 }, { fetch: 1 }])
  clock.time = 10
  t.same(await counter.get(), { fetch: 1 })
  await nextTurn()
  t.same(await counter.get(), { fetch: 2 })
  clock.time = 110
  t.same(await counter.get(), { fetch: 3 })
})

t.test('uses the value until its expiry while refreshes fail, and backs off', async (t) => {
  let down = false
  const { clock, counter } = createCounter(() => down)
  await counter.get()
  down = true
  clock.time = 20
  t.same(await counter.get(), { fetch: 1 })
  await nextTurn()
  t.same(await counter.get(), { fetch: 1 })
  t.match(clock.errors, [{ message: 'identity: fetch 2 failed' }])
  clock.time = 100
  await t.rejects(counter.get(), { message: 'identity: fetch 3 failed' })
  down = false
  t.same(await counter.get(), { fetch: 4 })
})

t.test('replaces a bad value once for all callers, and not its successor', async (t) => {
  const { counter } = createCounter()
  const first = await counter.get()
  const [second, other] = await Promise.all([counter.replace(first), counter.replace(first)])
  t.same(second, { fetch: 2 })
  t.equal(other, second)
  t.equal(await counter.replace(first), second)
  t.equal(await counter.get(), second)
})

t.test('uses a bad value until there is another, and where there is none', async (t) => {
  let down = true
  const { clock, counter } = createCounter(() => down && clock.time > 0)
  const first = await counter.get()
  clock.time = 1
  const [replaced, got] = await Promise.allSettled([counter.replace(first), counter.get()])
  t.match(replaced, { reason: { message: 'identity: fetch 2 failed' } })
  t.match(got, { value: first })
  t.equal(await counter.get(), first)
  t.same(clock.errors, [], 'an error that the caller receives is not reported')
  clock.time = 100
  await t.rejects(counter.replace(first), { message: 'identity: fetch 3 failed' })
  await t.rejects(counter.get(), { message: 'identity: fetch 4 failed' }, 'but not past its expiry')
  down = false
  t.same(await counter.replace(first), { fetch: 5 })
})

t.test('fetches again after the clock was set back', async (t) => {
  const { clock, counter } = createCounter()
  clock.time = 1_000
  await counter.get()
  clock.time = 500
  t.same(await counter.get(), { fetch: 2 })
})

t.test('evicts the least recently used value, and fetches it again when it is needed', async (t) => {
  const fetched: string[] = []
  const valueOf = createRefreshingValues(
    async (key) => ({ key, number: fetched.push(key) }),
    () => ({ ttl: Infinity }),
    { now: () => 0, onBackgroundError () {} },
    { maxBytes: 22, sizeOf: () => 10 }
  )
  const bad = await valueOf('a').get()
  for (const key of ['b', 'a', 'c', 'a', 'b']) await valueOf(key).get()
  t.same(fetched, ['a', 'b', 'c', 'b'])
  await valueOf('c').get()
  t.match(await valueOf('a').replace(bad), { key: 'a', number: 6 }, 'an evicted value is another one anyway')
})
