import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createAuthenticator } from '#lib/auth/authenticate.js'
import type { AuthenticatorOptions } from '#lib/auth/authenticate.js'
import { TokenNotValidated, UpstreamError } from '#lib/errors.js'
import type { FailureReason } from '#lib/errors.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'

const seconds = (count: number) => count * 1_000

/** An authenticator over a Keystone that accepts the tokens in `valid`, with a clock that the test moves. */
function connect (options: Partial<AuthenticatorOptions> = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00Z') }
  const valid = new Map<string, Partial<ValidatedToken>>([
    ['ann', { project: { id: 'a' } }], ['bob', { project: { id: 'b' } }]
  ])
  const validated: string[] = []
  const { cached, authenticate } = createAuthenticator(async (token) => {
    validated.push(token)
    const found = valid.get(token)
    return found && {
      expires_at: '2026-11-23T13:00:00.000000Z', user: { id: 'u' }, roles: [{ name: 'reader' }], ...found
    }
  }, {
    ttl: seconds(60), roles: { global: [], reader: ['reader', 'member'] }, ...options
  }, { now: () => clock.time, onBackgroundError: () => {} })
  /** How many tokens Keystone has validated since the last call of this function. */
  const validations = () => validated.splice(0).length
  const callerOf = async (token: string) => cached(token) ?? authenticate(token)
  return { clock, valid, cached, callerOf, validations }
}

const ann = { ids: { userId: 'u', projectId: 'a' }, scope: { sees: 'project', id: 'a' }, rules: undefined }

t.test('returns the cached caller of a valid token alone, until the TTL', async (t) => {
  const { clock, cached, callerOf } = connect()
  t.equal(cached('ann'), undefined)
  await callerOf('ann')
  t.same(cached('ann'), ann)
  await t.rejects(callerOf('eve'))
  t.equal(cached('eve'), undefined)
  clock.time += seconds(60)
  t.equal(cached('ann'), undefined)
})

t.test('does not cache a validation with a malformed expiry', async (t) => {
  const { valid, callerOf, validations } = connect()
  valid.set('ann', { project: { id: 'a' }, expires_at: 'some day' })
  t.same([await callerOf('ann'), await callerOf('ann')], [ann, ann])
  t.equal(validations(), 2)
})

t.test('accepts, but does not cache, a token that has expired by the service\'s clock alone', async (t) => {
  const { clock, callerOf, validations } = connect()
  clock.time += seconds(7_200)
  t.same([await callerOf('ann'), await callerOf('ann')], [ann, ann])
  t.equal(validations(), 2)
})

t.test('caches for 10 s that a token is invalid', async (t) => {
  const { clock, valid, callerOf, validations } = connect()
  for (let i = 0; i < 3; i++) await t.rejects(callerOf('eve'), { name: 'Unauthorized' })
  valid.set('eve', { project: { id: 'e' } })
  clock.time += seconds(10) - 1
  await t.rejects(callerOf('eve'), { name: 'Unauthorized' })
  t.equal(validations(), 1)
  clock.time += 1
  t.match(await callerOf('eve'), { scope: { id: 'e' } })
})

t.test('returns the ids of the user and of the token\'s scope', async (t) => {
  const { valid, callerOf } = connect()
  const scopes: Array<[scope: Partial<ValidatedToken>, ids: object]> = [
    [{ project: { id: 'p' } }, { projectId: 'p' }],
    [{ domain: { id: 'd' } }, { domainId: 'd' }],
    [{ system: { all: true } }, { system: true }],
    [{}, {}]
  ]
  for (const [n, [scope, ids]] of scopes.entries()) {
    valid.set(`t${n}`, scope)
    t.same((await callerOf(`t${n}`)).ids, { userId: 'u', ...ids })
  }
})

t.test('limits the size of the cache, access rules included', async (t) => {
  const { valid, callerOf, validations } = connect({ roles: { global: ['reader'], reader: [] } })
  const rules = Array.from({ length: 1_000 }, () => ({ method: 'GET', parts: ['/', '*'] }))
  const given = rules.map(({ method }) => ({ service: 'monitoring', method, path: '/*' }))
  for (let i = 0; i < 300; i++) {
    valid.set(`t${i}`, { project: { id: 'a' }, application_credential: { access_rules: given } })
  }
  for (let i = 0; i < 300; i++) t.match(await callerOf(`t${i}`), { scope: { sees: 'all' }, rules })
  t.equal(validations(), 300)
  await callerOf('t299')
  t.equal(validations(), 0)
  await callerOf('t0')
  t.equal(validations(), 1)
})

t.test('shows nothing to a token whose access rules are too long', async (t) => {
  const { valid, callerOf } = connect()
  valid.set('ann', {
    project: { id: 'a' },
    application_credential: {
      access_rules: Array(100).fill({ service: 'monitoring', method: 'GET', path: '**x'.repeat(10) })
    }
  })
  t.match(await callerOf('ann'), {
    scope: { sees: 'none', reason: 'the access rules of the application credential are too long' }
  })
  valid.set('bob', { project: { id: 'b' }, application_credential: {} })
  t.match(await callerOf('bob'), { scope: { sees: 'project', id: 'b' }, rules: undefined })
})

/**
 * An authenticator over a Keystone that does not respond by itself.
 * @returns also `pending`, a function for each validation in flight, which rejects its token
 */
function connectSlow () {
  const pending: Array<() => void> = []
  const { authenticate } = createAuthenticator(
    () => new Promise((resolve) => pending.push(() => resolve(undefined))),
    { ttl: seconds(60), roles: { global: [], reader: ['member'] } },
    { now: () => 0, onBackgroundError: () => {} }
  )
  return { authenticate, pending }
}

t.test('validates at most 8 tokens at once, and queues at most 400', async (t) => {
  const { authenticate, pending } = connectSlow()
  const outcomes = Array.from({ length: 408 }, (_, n) =>
    authenticate(`made up ${n}`).catch((err) => err.name))
  await setImmediate()
  t.equal(pending.length, 8)
  t.match(await authenticate('one more').catch((err) => err), { upstream: 'identity', reason: 'queue-full' })
  for (let done = 0; done < outcomes.length; done++) {
    pending.shift()!()
    await setImmediate()
    t.ok(pending.length <= 8)
  }
  t.same(await Promise.all(outcomes), Array(408).fill('Unauthorized'))
})

t.test('drops a token that was queued for over 2 s, and validates the next ones', async (t) => {
  const { authenticate, pending } = connectSlow()
  const clock = { time: 0 }
  t.intercept(performance, 'now', { value: () => clock.time })
  const outcome = (token: string) => authenticate(token).catch(({ name, reason }) => reason ?? name)
  const slow = Array.from({ length: 8 }, (_, n) => outcome(`slow ${n}`))
  const early = Array.from({ length: 400 }, (_, n) => outcome(`early ${n}`))
  await setImmediate()
  clock.time = 10_000
  pending.shift()!()
  t.same(await Promise.all(early), Array(400).fill('queue-full'))
  t.equal(pending.length, 7, 'Keystone validates none of them')

  const late = [outcome('starts at once'), outcome('is queued for 2 s')]
  await setImmediate()
  clock.time += 2_000
  pending.splice(0).forEach((done) => done())
  await setImmediate()
  pending.splice(0).forEach((done) => done())
  t.same(await Promise.all([...slow, ...late]), Array(10).fill('Unauthorized'))
})

t.test('reports each failure of Keystone as temporary, except a rejected credential', async (t) => {
  const failing = (err: Error) =>
    createAuthenticator(
      () => Promise.reject(err),
      { ttl: 0, roles: { global: [], reader: [] } },
      { now: () => 0, onBackgroundError: () => {} }
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
  const refused = new UpstreamError('identity', 'refused', 'rejected the credential of this service')
  t.equal(await failing(refused), refused)
  const bug = new TypeError('a bug')
  t.equal(await failing(bug), bug)
})
