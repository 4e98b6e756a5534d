import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { UpstreamName } from '#lib/errors.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'
import { serveUpstream } from '#test/support/loopback.js'

// Most of these tests wait: they run side by side.
t.jobs = 8

const ok: RequestListener = (_, response) => { response.end('{}') }

/** An upstream on loopback whose listener the test replaces, and which counts its requests. */
async function serve (t: Test, limits = { timeout: 60_000, connections: 4 }) {
  const state = { received: 0, open: 0, mostOpen: 0, listener: ok }
  const { url, upstream } = await serveUpstream(t, limits, (request, response) => {
    state.received++
    state.mostOpen = Math.max(state.mostOpen, ++state.open)
    response.on('close', () => state.open--)
    state.listener(request, response)
  })
  const send = (name: UpstreamName = 'compute', call: Partial<UpstreamRequest> = {}) =>
    upstream(name, { operation: 'show-quota', url, ...call })
  const outcomeOf = (response: Promise<unknown>): Promise<string | number> =>
    response.then(() => 'ok', ({ reason, details }) => details.status ?? reason)
  /** The outcomes of so many requests, one after another. */
  const sendEach = async (count: number) => {
    const outcomes: Array<string | number> = []
    for (let i = 0; i < count; i++) outcomes.push(await outcomeOf(send()))
    return outcomes
  }
  /** Sends requests until the upstream receives one, the probe. The circuit rejects those before it. */
  const sendUntilProbe = async () => {
    const sent: Array<Promise<string | number>> = []
    for (const before = state.received; state.received === before;) {
      sent.push(outcomeOf(send()))
      await sleep(50)
    }
    return sent
  }
  const sendUntilOk = async () => {
    while (await outcomeOf(send()) !== 'ok') await sleep(50)
  }
  return { state, send, outcomeOf, sendEach, sendUntilProbe, sendUntilOk }
}

/** Responds so often with a status, and then with 200. */
const failing = (status: number, times = 1, headers = {}): RequestListener => (_, response) => {
  if (times-- > 0) response.writeHead(status, headers)
  response.end('{}')
}

for (const status of [502, 503, 504]) {
  t.test(`retries an idempotent request once after ${status}`, async (t) => {
    const { state, send } = await serve(t)
    state.listener = failing(status)
    t.match(await send(), { status: 200 })
    t.equal(state.received, 2)
    state.listener = failing(status, 2)
    await t.rejects(send(), { name: 'UpstreamError', reason: 'invalid', details: { status } })
    t.equal(state.received, 4)
  })
}

t.test('does not retry where that would not help', async (t) => {
  const post = { method: 'POST', idempotent: false } as const
  for (const [status, call, requests] of [
    [500, {}, 1], [413, {}, 1], [429, {}, 1], [503, post, 1], [503, { ...post, idempotent: true }, 2]
  ] as const) {
    const { state, send } = await serve(t)
    state.listener = failing(status, 9)
    await t.rejects(send('compute', call), { name: 'UpstreamError', details: { status } })
    t.equal(state.received, requests, `${JSON.stringify(call)} after ${status}`)
  }
})

t.test('does not retry without time for it', async (t) => {
  const { state, send } = await serve(t, { timeout: 1_000, connections: 4 })
  state.listener = (request) => { setTimeout(() => request.socket.destroy(), 980) }
  await t.rejects(send(), { name: 'UpstreamError', upstream: 'compute' })
  t.equal(state.received, 1)
})

for (const status of [413, 429, 503]) {
  t.test(`waits for the Retry-After of a ${status} in seconds, but not past the deadline`, async (t) => {
    const { state, send } = await serve(t)
    state.listener = failing(status, 1, { 'retry-after': '1' })
    const start = Date.now()
    t.match(await send(), { status: 200 })
    t.ok(Date.now() - start >= 1_000)
    state.listener = failing(status, 1, { 'retry-after': '3600' })
    await t.rejects(send(), {
      name: 'UpstreamError', reason: 'unavailable', details: { status, retryAfter: 60 }
    })
    t.equal(state.received, 3)
  })

  t.test(`does not call an upstream for the time of the Retry-After of its ${status}`, async (t) => {
    const { state, send, sendEach } = await serve(t)
    state.listener = failing(status, 1, { 'retry-after': '3600' })
    t.same(await sendEach(1), [status])
    t.same(await sendEach(5), Array(5).fill('unavailable'))
    await t.rejects(send(), {
      message: 'compute: accepts no requests for now', details: { status: undefined, retryAfter: Number }
    })
    t.equal(state.received, 1)
    t.match(await send('network'), { status: 200 }, 'another upstream is called')
  })
}

t.test('calls an upstream again after the time of its Retry-After', async (t) => {
  const { state, outcomeOf, send, sendUntilOk } = await serve(t, { timeout: 900, connections: 1 })
  state.listener = failing(429, 1, { 'retry-after': '1' })
  const outcomes = await Promise.all([outcomeOf(send()), outcomeOf(send())])
  t.same(outcomes, [429, 'unavailable'], 'a request that is queued meanwhile is not sent')
  t.equal(state.received, 1)
  await sendUntilOk()
  t.equal(state.received, 2)
})

t.test('pauses an upstream whose retry fails as well', async (t) => {
  const { state, sendEach } = await serve(t)
  state.listener = failing(429, 9, { 'retry-after': '1' })
  t.same(await sendEach(2), [429, 'unavailable'])
  t.equal(state.received, 2)
})

t.test('a 429 without Retry-After pauses nothing', async (t) => {
  const { state, send, sendEach } = await serve(t)
  for (const headers of [{}, { 'retry-after': 'soon' }, { 'retry-after': '0' }]) {
    state.listener = failing(429, 1, headers)
    await t.rejects(send(), { name: 'UpstreamError', reason: 'unavailable', details: { retryAfter: 0 } })
    t.same(await sendEach(1), ['ok'])
  }
  for (const status of [413, 503]) {
    state.listener = failing(status, 2)
    await t.rejects(send(), { name: 'UpstreamError', reason: 'invalid', details: { status } })
  }
})

t.test('ends at the deadline however slowly a 503 arrives', async (t) => {
  const { state, send } = await serve(t, { timeout: 500, connections: 4 })
  state.listener = (_, response) => {
    if (state.received > 1) return
    response.writeHead(503).write(' ')
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
  await t.rejects(send(), { name: 'UpstreamError', upstream: 'compute', reason: 'timeout' })
  t.equal(state.received, 1, 'without a retry')
})

t.test('waits for Retry-After as a date, but not past the deadline', async (t) => {
  const { state, send } = await serve(t)
  // A date has whole seconds: this one is one to two seconds ahead.
  const date = Math.floor(Date.now() / 1000 + 2) * 1000
  state.listener = failing(503, 1, { 'retry-after': new Date(date).toUTCString() })
  t.match(await send(), { status: 200 })
  t.ok(Date.now() >= date)
  t.equal(state.received, 2)
  for (const [received, ignored] of [[4, 'soon'], [6, new Date(0).toUTCString()]] as const) {
    state.listener = failing(503, 1, { 'retry-after': ignored })
    t.match(await send(), { status: 200 })
    t.equal(state.received, received, ignored)
  }
  state.listener = failing(503, 1, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })
  await t.rejects(send(), { name: 'UpstreamError', reason: 'unavailable', details: { status: 503 } })
  t.equal(state.received, 7)
})

t.test('retries a tenth of the requests, and as many as there are connections', async (t) => {
  const { state, send, sendEach } = await serve(t)
  await sendEach(100)
  state.received = 0
  state.listener = failing(503, 19)
  await sendEach(19)
  // The budget of 4, one that 10 requests have added, and the share of the requests that followed.
  t.equal(state.received, 19 + 5)
  t.match(await send(), { status: 200 })
})

t.test('opens the circuit after repeated failures, until a probe succeeds', async (t) => {
  const { state, send, sendEach, sendUntilOk } = await serve(t)
  state.listener = failing(500, Infinity)
  t.same(await sendEach(20), Array(20).fill(500))
  t.same(await sendEach(20), Array(20).fill('circuit-open'))
  t.equal(state.received, 20)
  await t.rejects(send(), {
    upstream: 'compute', message: 'compute: is temporarily not called after repeated failures'
  })
  t.match(
    await send('network').catch((err) => err),
    { details: { status: 500 } },
    'the circuit of another upstream is closed'
  )

  state.listener = ok
  await sendUntilOk()
  t.same(await sendEach(20), Array(20).fill('ok'))
})

t.test('probes again while the first probe hangs', async (t) => {
  const { state, sendEach, sendUntilProbe, sendUntilOk } = await serve(t)
  state.listener = failing(500, Infinity)
  await sendEach(20)
  const pending: Array<() => void> = []
  state.listener = (_, response) => { pending.push(() => response.end('{}')) }
  const sent = await sendUntilProbe()
  t.same(await sendEach(20), Array(20).fill('circuit-open'), 'no other request passes meanwhile')
  state.listener = ok
  await sendUntilOk()
  t.same(await sendEach(20), Array(20).fill('ok'))
  t.equal(pending.length, 1)
  pending[0]!()
  t.same((await Promise.all(sent)).filter((outcome) => outcome !== 'circuit-open'), ['ok'])
})

for (const [status, outcome] of [[200, 'ok'], [404, 404]] as const) {
  t.test(`closes the circuit after a slow probe with ${status}`, async (t) => {
    const { state, sendEach, sendUntilProbe } = await serve(t)
    state.listener = failing(500, Infinity)
    await sendEach(20)
    state.listener = (_, response) => { setTimeout(() => response.writeHead(status).end('{}'), 1_500) }
    await Promise.all(await sendUntilProbe())
    t.same(await sendEach(1), [outcome], 'the first response is enough')
  })
}

t.test('ignores the outcome of requests that were sent before the circuit opened', async (t) => {
  const { state, send, outcomeOf, sendEach, sendUntilOk } = await serve(t, {
    timeout: 4_000, connections: 16
  })
  state.listener = () => {}
  const hanging = Array.from({ length: 12 }, () => outcomeOf(send()))
  while (state.received < 12) await sleep(5)
  state.listener = failing(500, Infinity)
  t.same(await sendEach(21), [...Array(20).fill(500), 'circuit-open'])
  state.listener = ok
  await sendUntilOk()
  t.same(await Promise.all(hanging), Array(12).fill('timeout'))
  t.same(await sendEach(20), Array(20).fill('ok'))
})

for (const connections of [1, 4, 16]) {
  t.test(`opens the circuit after 8 timeouts, with ${connections} requests at once`, async (t) => {
    const { state, send, outcomeOf } = await serve(t, { timeout: 300, connections })
    state.listener = () => {}
    for (let sent = 0; sent < 8; sent += connections) {
      t.same(
        await Promise.all(Array.from({ length: connections }, () => outcomeOf(send()))),
        Array(connections).fill('timeout')
      )
    }
    t.equal(await outcomeOf(send()), 'circuit-open')
  })
}

t.test('the circuit stays closed where a response comes between timeouts', async (t) => {
  const { state, sendEach } = await serve(t, { timeout: 300, connections: 1 })
  state.listener = () => {}
  t.same(await sendEach(7), Array(7).fill('timeout'))
  state.listener = failing(404)
  t.same(await sendEach(1), [404])
  state.listener = () => {}
  t.same(await sendEach(7), Array(7).fill('timeout'))
  state.listener = ok
  t.same(await sendEach(1), ['ok'])
})

t.test('opens the circuit again as soon as before', async (t) => {
  const { state, sendEach, sendUntilOk } = await serve(t)
  state.listener = failing(500, Infinity)
  await sendEach(20)
  await sendEach(200)
  state.listener = ok
  await sendUntilOk()
  state.listener = failing(500, Infinity)
  state.received = 0
  t.ok((await sendEach(30)).includes('circuit-open'))
})

t.test('does not count a rejected request as a failure', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 429]) {
    const { state, sendEach } = await serve(t)
    state.listener = failing(status, Infinity)
    t.notOk((await sendEach(30)).includes('circuit-open'), String(status))
    t.equal(state.received, 30)
  }
})

t.test('limits the concurrency', async (t) => {
  const { state, send } = await serve(t)
  const open: ServerResponse[] = []
  state.listener = (_, response) => {
    if (open.push(response) === 4) setTimeout(() => { for (const one of open.splice(0)) one.end('{}') }, 50)
  }
  t.equal((await Promise.all(Array.from({ length: 40 }, () => send()))).length, 40)
  t.equal(state.mostOpen, 4)
})

t.test('an upstream that hangs takes no connection of another one at the same address', async (t) => {
  const { state, send } = await serve(t, { timeout: 5_000, connections: 4 })
  state.listener = () => {}
  const hanging = Array.from({ length: 4 }, () => send().catch(({ reason }) => reason))
  while (state.received < 4) await sleep(5)
  state.listener = ok
  t.match(await Promise.race([send('identity'), ...hanging]), { status: 200 })
  t.same(await Promise.all(hanging), Array(4).fill('timeout'))
})

t.test('rejects a response of more than 16 MiB', async (t) => {
  const { state, send } = await serve(t)
  state.listener = (_, response) => { response.end(JSON.stringify('x'.repeat(15 * 1024 * 1024))) }
  t.match(await send(), { status: 200 })
  state.listener = (_, response) => { response.end(JSON.stringify('x'.repeat(17 * 1024 * 1024))) }
  await t.rejects(send(), {
    name: 'UpstreamError', reason: 'invalid', message: /UND_ERR_RES_EXCEEDED_MAX_SIZE/
  })
})

t.test('bounds the queue', async (t) => {
  const { state, send } = await serve(t)
  const waiting: Array<() => void> = []
  state.listener = (_, response) => { waiting.push(() => response.end('{}')) }
  const calls = Array.from({ length: 1_604 }, () => send())
  await t.rejects(send(), { reason: 'queue-full', message: 'compute: has too many queued requests' })
  await t.rejects(send(), { name: 'UpstreamError', reason: 'queue-full' })
  t.ok(state.received <= 4)
  while (waiting.length < 4) await sleep(5)
  state.listener = ok
  for (const end of waiting) end()
  t.equal((await Promise.all(calls)).length, 1_604)
  t.match(await send(), { status: 200 })
})

t.test('does not send a request that has waited for half of its time', async (t) => {
  const { state, send } = await serve(t, { timeout: 4_000, connections: 4 })
  state.listener = () => {}
  const reasons = await Promise.all(Array.from({ length: 100 }, () => send().catch(({ reason }) => reason)))
  t.same(reasons, [...Array(4).fill('timeout'), ...Array(96).fill('queue-full')])
  t.equal(state.received, 4)
  state.listener = ok
  t.match(await send(), { status: 200 }, 'which is no failure of the upstream')
})

t.test('counts the time in the queue towards the deadline', async (t) => {
  const { state, send } = await serve(t, { timeout: 3_000, connections: 1 })
  const pending: Array<() => void> = []
  state.listener = (_, response) => { pending.push(() => response.end('{}')) }
  const first = send()
  const second = send().catch(({ reason }) => reason)
  while (pending.length < 1) await sleep(5)
  await sleep(500)
  pending[0]!()
  t.match(await first, { status: 200 })
  while (pending.length < 2) await sleep(5)
  t.equal(await Promise.race([second, sleep(2_750)]), 'timeout', 'three seconds after it was queued')
})
