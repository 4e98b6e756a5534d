import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createSessions } from '#lib/auth/session.js'
import { UpstreamError } from '#lib/errors.js'

const login = { method: 'applicationCredential', id: 'a', secret: 'b' } as const
const token = { expires_at: '2026-11-23T13:00:00Z', user: { id: 'ann' } }

/** Sessions over a Keystone whose logins end when the test says so. */
function connect () {
  const waiting: Array<() => void> = []
  const keystone = {
    issueUserToken: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { id: 'of-ann', facts: token }
    },
    userScopes: async () => ({ projects: [], domains: [], system: false, complete: true }),
    defaultProjectOf: async () => undefined,
    adminProjectsOf: async () => [],
    revokeToken: async () => {},
    validateToken: async () => undefined
  }
  const observer = { tokenEnded () {}, revocationFailed () {} }
  return { waiting, ...createSessions(keystone, { global: [], reader: [] }, observer) }
}

t.test('logs four users in at once, and queues a hundred', async (t) => {
  const { waiting, signIn } = connect()
  const logins = Array.from({ length: 104 }, () => signIn(login))
  await setImmediate()
  t.equal(waiting.length, 4)
  await t.rejects(signIn(login), { name: 'UpstreamError', reason: 'queue-full' })
  let done = 0
  while (done < 104) {
    t.ok(waiting.length - done <= 4)
    waiting[done++]!()
    await setImmediate()
    await setImmediate()
  }
  t.match(await logins.at(-1), { session: { token: 'of-ann' } })
})

t.test('does not take a failure of Keystone for a rejected login', async (t) => {
  const failure = new UpstreamError('identity', 'timeout', 'did not respond within its time limit')
  const { signOn } = createSessions({
    issueUserToken: async () => undefined,
    userScopes: async () => ({ projects: [], domains: [], system: false, complete: true }),
    defaultProjectOf: async () => undefined,
    adminProjectsOf: async () => [],
    revokeToken: async () => {},
    validateToken: async () => { throw failure }
  }, { global: [], reader: [] }, { tokenEnded () {}, revocationFailed () {} })
  await t.rejects(signOn('token'), failure)
})
