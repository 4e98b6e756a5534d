import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createAuthenticator } from '#lib/auth/authenticate.js'
import type { AuthenticatorOptions } from '#lib/auth/authenticate.js'
import { TokenNotValidated, UpstreamError } from '#lib/errors.js'
import type { FailureReason } from '#lib/errors.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'

const seconds = (count: number) => count * 1_000

/**
 * Kept callers on a clock of their own, over a Keystone that knows the tokens in `valid` and counts what it
 * is asked.
 */
function connect (options: Partial<AuthenticatorOptions> = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const valid = new Map<string, Partial<ValidatedToken>>([
    ['ann', { project: { id: 'a' } }], ['bob', { project: { id: 'b' } }]
  ])
  const state = { down: false, asked: [] as string[] }
  const { cached, authenticate } = createAuthenticator(async (token) => {
    state.asked.push(token)
    await undefined
    if (state.down) throw new Error('Keystone is down')
    const found = valid.get(token)
    return found && { expires_at: '2026-11-23T13:00:00.000000Z', roles: [{ name: 'reader' }], ...found }
  }, {
    ttl: seconds(60), globalRoles: [], ...options
  }, { now: () => clock.time, onBackgroundError: () => {} })
  /** How often Keystone was asked since the last time this was asked. */
  const asked = () => state.asked.splice(0).length
  return {
    clock,
    valid,
    state,
    cached,
    callerOf: async (token: string) => cached(token) ?? authenticate(token),
    asked
  }
}

const ann = { scope: { sees: 'project', id: 'a' }, rules: undefined }

t.test('asks once for all who come with a token at the same time, and for each token', async (t) => {
  const { callerOf, state } = connect()
  const callers = await Promise.all([...Array(50).fill('ann'), 'bob'].map(callerOf))
  t.same(callers.map(({ scope }) => scope), [...Array(50).fill(ann.scope), { sees: 'project', id: 'b' }])
  t.same(state.asked, ['ann', 'bob'])
})

t.test('knows whom it has found, and nobody else', async (t) => {
  const { clock, cached, callerOf } = connect()
  t.equal(cached('ann'), undefined)
  await callerOf('ann')
  t.same(cached('ann'), ann)
  await t.rejects(callerOf('eve'))
  t.equal(cached('eve'), undefined)
  clock.time += seconds(60)
  t.equal(cached('ann'), undefined)
})

t.test('asks again when a validation has had its time', async (t) => {
  const { clock, valid, callerOf, asked } = connect()
  await callerOf('ann')
  valid.delete('ann')
  clock.time += seconds(60) - 1
  t.same(await callerOf('ann'), ann, 'what was revoked works so long')
  t.equal(asked(), 1)
  clock.time += 1
  await t.rejects(callerOf('ann'), { name: 'Unauthorized', message: 'the token is not valid' })
  t.equal(asked(), 1)
})

t.test('goes by no validation of a token that has expired', async (t) => {
  const { clock, valid, callerOf, asked } = connect({ ttl: seconds(300) })
  valid.set('ann', { project: { id: 'a' }, expires_at: '2026-11-23T12:00:10.500000Z' })
  await callerOf('ann')
  valid.delete('ann')
  clock.time += 10_499
  t.same(await callerOf('ann'), ann)
  t.equal(asked(), 1)
  clock.time += 1
  await t.rejects(callerOf('ann'), { name: 'Unauthorized' })
  t.equal(asked(), 1)
})

t.test('keeps no validation that does not say when the token expires', async (t) => {
  const { valid, callerOf, asked } = connect()
  valid.set('ann', { project: { id: 'a' }, expires_at: 'some day' })
  t.same([await callerOf('ann'), await callerOf('ann')], [ann, ann])
  t.equal(asked(), 2)
})

t.test('accepts a token that has expired by this clock alone, and does not cache it', async (t) => {
  const { clock, callerOf, asked } = connect()
  clock.time += seconds(7_200)
  t.same([await callerOf('ann'), await callerOf('ann')], [ann, ann])
  t.equal(asked(), 2)
})

t.test('remembers briefly that a token is not valid', async (t) => {
  const { clock, valid, callerOf, asked } = connect()
  for (let i = 0; i < 3; i++) await t.rejects(callerOf('eve'), { name: 'Unauthorized' })
  valid.set('eve', { project: { id: 'e' } })
  clock.time += seconds(10) - 1
  await t.rejects(callerOf('eve'), { name: 'Unauthorized' })
  t.equal(asked(), 1)
  clock.time += 1
  t.match(await callerOf('eve'), { scope: { id: 'e' } })
})

t.test('goes on with whom it knows while Keystone is down, and no longer than ever', async (t) => {
  const { clock, state, callerOf, asked } = connect()
  await callerOf('ann')
  state.down = true
  clock.time += seconds(59)
  t.same(await callerOf('ann'), ann)
  await t.rejects(callerOf('bob'), { message: 'Keystone is down' })
  t.equal(asked(), 2)
  clock.time += seconds(1)
  await t.rejects(callerOf('ann'), { message: 'Keystone is down' })
  state.down = false
  t.same(await callerOf('ann'), ann)
})

t.test('keeps nobody where that is switched off', async (t) => {
  const { callerOf, asked } = connect({ ttl: 0 })
  await Promise.all([callerOf('ann'), callerOf('ann')])
  t.equal(asked(), 1)
  await callerOf('ann')
  t.equal(asked(), 1)
})

t.test('keeps a bounded number, and the rules that a token comes with', async (t) => {
  const { valid, callerOf, asked } = connect({ globalRoles: ['reader'] })
  const rules = Array.from({ length: 1_000 }, () => ({ method: 'GET', parts: ['/', '*'] }))
  const given = rules.map(({ method }) => ({ service: 'monitoring', method, path: '/*' }))
  for (let i = 0; i < 300; i++) {
    valid.set(`t${i}`, { project: { id: 'a' }, application_credential: { access_rules: given } })
  }
  for (let i = 0; i < 300; i++) t.same(await callerOf(`t${i}`), { scope: { sees: 'all' }, rules })
  t.equal(asked(), 300)
  await callerOf('t299')
  t.equal(asked(), 0)
  await callerOf('t0')
  t.equal(asked(), 1)
})

t.test('lets nobody in whose rules are too long to be followed', async (t) => {
  const { valid, callerOf } = connect()
  valid.set('ann', {
    project: { id: 'a' },
    application_credential: {
      access_rules: Array(100).fill({ service: 'monitoring', method: 'GET', path: '**x'.repeat(10) })
    }
  })
  t.same(await callerOf('ann'), {
    scope: { sees: 'none', reason: 'the access rules of the application credential are too long' }
  })
  valid.set('bob', { project: { id: 'b' }, application_credential: {} })
  t.match(await callerOf('bob'), { scope: { sees: 'project', id: 'b' }, rules: undefined })
})

/**
 * Kept callers over a Keystone that answers nobody until it is told to; how many tokens it has been asked
 * about.
 */
function connectSlow () {
  const waiting: Array<() => void> = []
  const { authenticate } = createAuthenticator(
    () => new Promise((resolve) => waiting.push(() => resolve(undefined))),
    { ttl: seconds(60), globalRoles: [] },
    { now: () => 0, onBackgroundError: () => {} }
  )
  return { authenticate, waiting }
}

t.test('asks about so many tokens at once, and lets so many wait', async (t) => {
  const { authenticate, waiting } = connectSlow()
  const asked = Array.from({ length: 408 }, (_, n) => authenticate(`made up ${n}`).catch((err) => err.name))
  await setImmediate()
  t.equal(waiting.length, 8)
  t.match(await authenticate('one more').catch((err) => err), { upstream: 'identity', reason: 'queue-full' })
  for (let done = 0; done < asked.length; done++) {
    waiting.shift()!()
    await setImmediate()
    t.ok(waiting.length <= 8)
  }
  t.same(await Promise.all(asked), Array(408).fill('Unauthorized'))
})

t.test('asks about no token that has waited for long, and about the next ones again', async (t) => {
  const { authenticate, waiting } = connectSlow()
  const clock = { time: 0 }
  t.intercept(performance, 'now', { value: () => clock.time })
  const outcome = (token: string) => authenticate(token).catch(({ name, reason }) => reason ?? name)
  const hung = Array.from({ length: 8 }, (_, n) => outcome(`hangs ${n}`))
  const early = Array.from({ length: 400 }, (_, n) => outcome(`early ${n}`))
  await setImmediate()
  clock.time = 10_000
  waiting.shift()!()
  t.same(await Promise.all(early), Array(400).fill('queue-full'))
  t.equal(waiting.length, 7, 'Keystone is not asked about them')

  const late = [outcome('takes the free turn'), outcome('has waited just long enough')]
  await setImmediate()
  clock.time += 2_000
  waiting.splice(0).forEach((done) => done())
  await setImmediate()
  waiting.splice(0).forEach((done) => done())
  t.same(await Promise.all([...hung, ...late]), Array(10).fill('Unauthorized'))
})

t.test('tells what passes from what does not', async (t) => {
  const failing = (err: Error) =>
    createAuthenticator(
      () => Promise.reject(err), { ttl: 0, globalRoles: [] }, { now: () => 0, onBackgroundError: () => {} }
    ).authenticate('x').catch((err) => err)
  for (const reason of [
    'timeout', 'unreachable', 'absent', 'invalid', 'circuit-open', 'queue-full'
  ] satisfies FailureReason[]) {
    const err = await failing(
      new UpstreamError('identity', reason, 'fails', { status: 500, requestId: 'req-1' })
    )
    t.ok(err instanceof TokenNotValidated, reason)
    t.match(err, {
      upstream: 'identity',
      reason,
      message: 'identity: token validation failed: identity: fails',
      details: { status: 500, requestId: 'req-1' }
    })
  }
  const refused = new UpstreamError('identity', 'refused', 'does not let the service in')
  t.equal(await failing(refused), refused)
  const bug = new TypeError('a bug')
  t.equal(await failing(bug), bug)
})
