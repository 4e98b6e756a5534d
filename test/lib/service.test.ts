import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { Role } from '../../lib/errors.js'
import { createDispatcher, createUpstream } from '../../lib/upstream.js'

const ok: RequestListener = (_, response) => { response.end('{}') }

/** A service on loopback that answers as it is told just then, and counts what it was asked. */
async function serve (t: Test, bounds = { timeout: 2_000, connections: 4 }) {
  const state = { asked: 0, answer: ok }
  const server = createServer((request, response) => {
    state.asked++
    state.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dispatcher = createDispatcher(bounds)
  t.teardown(async () => {
    await dispatcher.destroy()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const upstream = createUpstream(dispatcher, bounds)
  const ask = (role: Role = 'compute', method?: 'POST') => upstream(role, { operation: 'show-quota', url, method })
  /** What was asked, and what came of it, of so many calls one after another. */
  const each = async (count: number) => {
    const reasons: string[] = []
    for (let i = 0; i < count; i++) reasons.push(await ask().then(() => 'ok', ({ reason, facts }) => facts.status ?? reason))
    return reasons
  }
  return { state, ask, each }
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
    await t.rejects(ask(), { name: 'UpstreamError', reason: 'invalid', facts: { status } })
    t.equal(state.asked, 4)
  })
}

t.test('asks once only where another try is of no use', async (t) => {
  for (const [status, method, role, asked] of [[500, undefined, 'compute', 1], [429, undefined, 'compute', 1], [503, 'POST', 'identity', 1], [503, 'POST', 'metrics', 2]] as const) {
    const { state, ask } = await serve(t)
    state.answer = passing(status, 9)
    await t.rejects(ask(role, method), { name: 'UpstreamError', facts: { status } })
    t.equal(state.asked, asked, `${method ?? 'GET'} that met ${status}`)
  }
})

t.test('does not ask again where there is no time left for it', async (t) => {
  const { state, ask } = await serve(t, { timeout: 1_000, connections: 4 })
  state.answer = (request) => { setTimeout(() => request.socket.destroy(), 980) }
  await t.rejects(ask(), { name: 'UpstreamError', role: 'compute' })
  t.equal(state.asked, 1)
})

t.test('waits as long as it is asked to, but not past its time limit', async (t) => {
  const { state, ask } = await serve(t)
  state.answer = passing(503, 1, { 'retry-after': '1' })
  const start = Date.now()
  t.match(await ask(), { status: 200 })
  t.ok(Date.now() - start >= 1_000)
  state.answer = passing(503, 1, { 'retry-after': '3' })
  await t.rejects(ask(), { name: 'UpstreamError', facts: { status: 503 } })
  t.equal(state.asked, 3)
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
  t.same(await each(20), Array(20).fill('resting'))
  t.equal(state.asked, 20)
  await t.rejects(ask(), { role: 'compute', message: 'compute: is left alone for a moment: it has failed again and again' })
  t.match(await ask('network').catch((err) => err), { facts: { status: 500 } }, 'another service is another matter')

  state.answer = ok
  while (await ask().then(() => false, () => true)) await sleep(50)
  t.same(await each(20), Array(20).fill('ok'))
})

t.test('does not hold against a service what it does well to refuse', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 429]) {
    const { state, each } = await serve(t)
    state.answer = passing(status, Infinity)
    t.notOk((await each(30)).includes('resting'), String(status))
    t.equal(state.asked, 30)
  }
})

t.test('lets so many wait and no more', async (t) => {
  const { state, ask } = await serve(t, { timeout: 20_000, connections: 4 })
  const waiting: Array<() => void> = []
  state.answer = (_, response) => { waiting.push(() => response.end('{}')) }
  const calls = Array.from({ length: 1_604 }, () => ask())
  await t.rejects(ask(), { reason: 'busy', message: 'compute: has too many calls waiting for it' })
  await t.rejects(ask(), { name: 'UpstreamError', reason: 'busy' })
  t.ok(state.asked <= 4)
  while (waiting.length < 4) await sleep(5)
  state.answer = ok
  for (const end of waiting) end()
  t.equal((await Promise.all(calls)).length, 1_604)
  t.match(await ask(), { status: 200 })
})
