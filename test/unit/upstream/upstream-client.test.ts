import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { UpstreamName } from '#lib/errors.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'
import { serveUpstream } from '#test/support/loopback.js'

const ok: RequestListener = (_, response) => { response.end('{}') }

/** A service on loopback that answers as it is told just then, and counts what it was asked. */
async function serve (t: Test, bounds = { timeout: 60_000, connections: 4 }) {
  const state = { asked: 0, open: 0, most: 0, answer: ok }
  const { url, upstream } = await serveUpstream(t, bounds, (request, response) => {
    state.asked++
    state.most = Math.max(state.most, ++state.open)
    response.on('close', () => state.open--)
    state.answer(request, response)
  })
  const ask = (name: UpstreamName = 'compute', call: Partial<UpstreamRequest> = {}) => upstream(name, { operation: 'show-quota', url, ...call })
  const tell = (call: Promise<unknown>) => call.then(() => 'ok', ({ reason, details }) => details.status ?? reason)
  /** What was asked, and what came of it, of so many calls one after another. */
  const each = async (count: number) => {
    const reasons: string[] = []
    for (let i = 0; i < count; i++) reasons.push(await tell(ask()))
    return reasons
  }
  /** Calls until one of them has come through, and what comes of them: those before it are refused, and those that begin before that is seen. */
  const tryOut = async () => {
    const tries: Array<Promise<string>> = []
    for (const before = state.asked; state.asked === before;) {
      tries.push(tell(ask()))
      await sleep(50)
    }
    return tries
  }
  return { state, ask, tell, each, tryOut }
}

/** Answers with a status until it has been asked so often, and then well. */
const passing = (status: number, times = 1, headers = {}): RequestListener => (_, response) => {
  if (times-- > 0) response.writeHead(status, headers)
  response.end('{}')
}

for (const status of [502, 503, 504]) {
  t.test(`asks once more where a read met ${status}`, async (t) => {
    const { state, ask } = await serve(t)
    state.answer = passing(status)
    t.match(await ask(), { status: 200 })
    t.equal(state.asked, 2)
    state.answer = passing(status, 2)
    await t.rejects(ask(), { name: 'UpstreamError', reason: 'invalid', details: { status } })
    t.equal(state.asked, 4)
  })
}

t.test('asks once only where another try is of no use', async (t) => {
  const post = { method: 'POST', idempotent: false } as const
  for (const [status, call, asked] of [[500, {}, 1], [429, {}, 1], [503, post, 1], [503, { ...post, idempotent: true }, 2]] as const) {
    const { state, ask } = await serve(t)
    state.answer = passing(status, 9)
    await t.rejects(ask('compute', call), { name: 'UpstreamError', details: { status } })
    t.equal(state.asked, asked, `${JSON.stringify(call)} that met ${status}`)
  }
})

t.test('does not ask again where there is no time left for it', async (t) => {
  const { state, ask } = await serve(t, { timeout: 1_000, connections: 4 })
  state.answer = (request) => { setTimeout(() => request.socket.destroy(), 980) }
  await t.rejects(ask(), { name: 'UpstreamError', upstream: 'compute' })
  t.equal(state.asked, 1)
})

t.test('waits as long as it is asked to, but not past its time limit', async (t) => {
  const { state, ask } = await serve(t)
  state.answer = passing(503, 1, { 'retry-after': '1' })
  const start = Date.now()
  t.match(await ask(), { status: 200 })
  t.ok(Date.now() - start >= 1_000)
  state.answer = passing(503, 1, { 'retry-after': '3600' })
  await t.rejects(ask(), { name: 'UpstreamError', details: { status: 503 } })
  t.equal(state.asked, 3)
})

t.test('has ended in time, however slowly it is told that it may ask again', async (t) => {
  const { state, ask } = await serve(t, { timeout: 500, connections: 4 })
  state.answer = (_, response) => {
    if (state.asked > 1) return
    response.writeHead(503).write(' ')
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
  await t.rejects(ask(), { name: 'UpstreamError', upstream: 'compute', reason: 'timeout' })
  t.equal(state.asked, 1, 'there is no time for another try')
})

t.test('waits until the date that it is asked to wait for, but not past its time limit', async (t) => {
  const { state, ask } = await serve(t)
  // A date is of whole seconds: this one is one to two ahead.
  const date = Math.floor(Date.now() / 1000 + 2) * 1000
  state.answer = passing(503, 1, { 'retry-after': new Date(date).toUTCString() })
  t.match(await ask(), { status: 200 })
  t.ok(Date.now() >= date)
  t.equal(state.asked, 2)
  state.answer = passing(503, 1, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })
  await t.rejects(ask(), { name: 'UpstreamError', details: { status: 503 } })
  t.equal(state.asked, 3)
  for (const [tries, nothing] of [[5, 'soon'], [7, new Date(0).toUTCString()]] as const) {
    state.answer = passing(503, 1, { 'retry-after': nothing })
    t.match(await ask(), { status: 200 })
    t.equal(state.asked, tries, nothing)
  }
})

t.test('asks again for a tenth of the calls, and for as many as it has connections', async (t) => {
  const { state, ask, each } = await serve(t)
  await each(100)
  state.asked = 0
  state.answer = passing(503, 19)
  await each(19)
  // 4 that were there, one that 10 calls had earned, and what is left of the calls that followed.
  t.equal(state.asked, 19 + 5)
  t.match(await ask(), { status: 200 })
})

t.test('leaves a service alone that fails again and again, until one call finds it back', async (t) => {
  const { state, each, ask } = await serve(t)
  state.answer = passing(500, Infinity)
  t.same(await each(20), Array(20).fill(500))
  t.same(await each(20), Array(20).fill('circuit-open'))
  t.equal(state.asked, 20)
  await t.rejects(ask(), { upstream: 'compute', message: 'compute: is temporarily not called after repeated failures' })
  t.match(await ask('network').catch((err) => err), { details: { status: 500 } }, 'another service is another matter')

  state.answer = ok
  while (await ask().then(() => false, () => true)) await sleep(50)
  t.same(await each(20), Array(20).fill('ok'))
})

t.test('finds a service back although the call that tried hangs on', async (t) => {
  const { state, each, ask, tryOut } = await serve(t)
  state.answer = passing(500, Infinity)
  await each(20)
  const held: Array<() => void> = []
  state.answer = (_, response) => { held.push(() => response.end('{}')) }
  const tries = await tryOut()
  t.same(await each(20), Array(20).fill('circuit-open'), 'nobody else is let through meanwhile')
  state.answer = ok
  while (await ask().then(() => false, () => true)) await sleep(50)
  t.same(await each(20), Array(20).fill('ok'))
  t.equal(held.length, 1)
  held[0]!()
  t.same((await Promise.all(tries)).filter((told) => told !== 'circuit-open'), ['ok'])
})

for (const [what, status, told] of [['answers', 200, 'ok'], ['refuses', 404, 404]] as const) {
  t.test(`finds a service back that takes its time, and ${what}`, async (t) => {
    const { state, each, tryOut } = await serve(t)
    state.answer = passing(500, Infinity)
    await each(20)
    state.answer = (_, response) => { setTimeout(() => response.writeHead(status).end('{}'), 1_500) }
    await Promise.all(await tryOut())
    t.same(await each(1), [told], 'the first call that came back is enough')
  })
}

t.test('does not hear of calls from before it was left alone once it is back', async (t) => {
  const { state, each, ask, tell } = await serve(t, { timeout: 10_000, connections: 16 })
  state.answer = () => {}
  const hanging = Array.from({ length: 12 }, () => tell(ask()))
  while (state.asked < 12) await sleep(5)
  state.answer = passing(500, Infinity)
  t.same(await each(21), [...Array(20).fill(500), 'circuit-open'])
  state.answer = ok
  while (await ask().then(() => false, () => true)) await sleep(50)
  t.same(await Promise.all(hanging), Array(12).fill('timeout'))
  t.same(await each(20), Array(20).fill('ok'))
})

for (const connections of [1, 4, 16]) {
  t.test(`leaves a service alone that answers nothing, with ${connections} calls at once`, async (t) => {
    const { state, ask, tell } = await serve(t, { timeout: 300, connections })
    state.answer = () => {}
    for (let asked = 0; asked < 8; asked += connections) {
      t.same(await Promise.all(Array.from({ length: connections }, () => tell(ask()))), Array(connections).fill('timeout'))
    }
    t.equal(await tell(ask()), 'circuit-open')
  })
}

t.test('does not leave one alone that answers between', async (t) => {
  const { state, each } = await serve(t, { timeout: 1_000, connections: 1 })
  state.answer = () => {}
  t.same(await each(7), Array(7).fill('timeout'))
  state.answer = passing(404)
  t.same(await each(1), [404])
  state.answer = () => {}
  t.same(await each(7), Array(7).fill('timeout'))
  state.answer = ok
  t.same(await each(1), ['ok'])
})

t.test('is not lenient with one that fails anew, for all that it has kept from it', async (t) => {
  const { state, each, ask } = await serve(t)
  state.answer = passing(500, Infinity)
  await each(20)
  await each(200)
  state.answer = ok
  while (await ask().then(() => false, () => true)) await sleep(50)
  state.answer = passing(500, Infinity)
  state.asked = 0
  t.ok((await each(30)).includes('circuit-open'))
})

t.test('does not hold against a service what it does well to refuse', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 429]) {
    const { state, each } = await serve(t)
    state.answer = passing(status, Infinity)
    t.notOk((await each(30)).includes('circuit-open'), String(status))
    t.equal(state.asked, 30)
  }
})

t.test('lets as many calls through at once as it may', async (t) => {
  const { state, ask } = await serve(t)
  const open: ServerResponse[] = []
  state.answer = (_, response) => {
    if (open.push(response) === 4) setTimeout(() => { for (const one of open.splice(0)) one.end('{}') }, 50)
  }
  t.equal((await Promise.all(Array.from({ length: 40 }, () => ask()))).length, 40)
  t.equal(state.most, 4)
})

t.test('a service that does not answer takes no connection of another one at the same address', async (t) => {
  const { state, ask } = await serve(t, { timeout: 5_000, connections: 4 })
  state.answer = () => {}
  const hanging = Array.from({ length: 4 }, () => ask().catch(({ reason }) => reason))
  while (state.asked < 4) await sleep(5)
  state.answer = ok
  t.match(await Promise.race([ask('identity'), ...hanging]), { status: 200 })
  t.same(await Promise.all(hanging), Array(4).fill('timeout'))
})

t.test('reads so much of an answer and no more', async (t) => {
  const { state, ask } = await serve(t)
  state.answer = (_, response) => { response.end(JSON.stringify('x'.repeat(15 * 1024 * 1024))) }
  t.match(await ask(), { status: 200 })
  state.answer = (_, response) => { response.end(JSON.stringify('x'.repeat(17 * 1024 * 1024))) }
  await t.rejects(ask(), { name: 'UpstreamError', reason: 'invalid', message: /UND_ERR_RES_EXCEEDED_MAX_SIZE/ })
})

t.test('lets so many wait and no more', async (t) => {
  const { state, ask } = await serve(t)
  const waiting: Array<() => void> = []
  state.answer = (_, response) => { waiting.push(() => response.end('{}')) }
  const calls = Array.from({ length: 1_604 }, () => ask())
  await t.rejects(ask(), { reason: 'queue-full', message: 'compute: has too many queued requests' })
  await t.rejects(ask(), { name: 'UpstreamError', reason: 'queue-full' })
  t.ok(state.asked <= 4)
  while (waiting.length < 4) await sleep(5)
  state.answer = ok
  for (const end of waiting) end()
  t.equal((await Promise.all(calls)).length, 1_604)
  t.match(await ask(), { status: 200 })
})

t.test('nobody waits longer than a call may take, and what has waited for half of that is not sent', async (t) => {
  const { state, ask } = await serve(t, { timeout: 4_000, connections: 4 })
  state.answer = () => {}
  const reasons = await Promise.all(Array.from({ length: 100 }, () => ask().catch(({ reason }) => reason)))
  t.same(reasons, [...Array(4).fill('timeout'), ...Array(96).fill('queue-full')])
  t.equal(state.asked, 4)
  state.answer = ok
  t.match(await ask(), { status: 200 }, 'none of it was held against the service')
})

t.test('waiting is a part of the time that a call may take', async (t) => {
  const { state, ask } = await serve(t, { timeout: 3_000, connections: 1 })
  const held: Array<() => void> = []
  state.answer = (_, response) => { held.push(() => response.end('{}')) }
  const first = ask()
  const second = ask().catch(({ reason }) => reason)
  while (held.length < 1) await sleep(5)
  await sleep(500)
  held[0]!()
  t.match(await first, { status: 200 })
  while (held.length < 2) await sleep(5)
  t.equal(await Promise.race([second, sleep(2_750)]), 'timeout', 'three seconds from when it was asked for, and not from its turn')
})
