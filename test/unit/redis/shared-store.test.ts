import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { quotaCodec } from '#lib/openstack/quotas.js'
import type { Connection } from '#lib/redis/connection.js'
import { createRedisStore } from '#lib/redis/shared-store.js'

const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }
const ofLength = (length: number) =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`number${i}`, i])) as unknown as typeof quota
const large = ofLength(40_000)
const tooLarge = ofLength(1_000_000)
const life = { current: 10_000, staleIfError: 60_000 }

/**
 * A shared store of quotas over a simulated connection, which records its commands.
 * @param reply the reply to each command, or the error of each
 */
function startStore (reply: unknown = null, status = 'ready') {
  const clock = { time: 1_000_000 }
  const commands: unknown[][] = []
  const failures: Error[] = []
  const command = (name: string, ownReply = reply) => async (...args: unknown[]) => {
    commands.push([name, ...args])
    if (reply instanceof Error) throw reply
    return ownReply
  }
  const redis = {
    status,
    getrangeBuffer: command('getrange'),
    set: command('set'),
    del: command('del'),
    get: command('get', ''),
    pexpire: command('pexpire', 1)
  } as unknown as Connection
  const store = createRedisStore(redis, {
    prefix: 'p',
    codec: quotaCodec,
    now: () => clock.time,
    onError: (err) => failures.push(err)
  })
  return { store, clock, commands, failures }
}

const keyPattern = /^p:\{[\w-]{43}\}$/

t.test('a stored value is found with the time of its fetch', async (t) => {
  const { store, commands } = startStore()
  t.ok(store.set('key', { value: quota, fetchedAt: 990_500 }, life))
  const [[name, key, sealed, ...ttl]] = commands as [[string, string, Buffer, string, number]]
  t.match([name, key, ttl], ['set', keyPattern, ['PX', 50_500]], 'it expires at the stale limit')
  const found = startStore(sealed)
  t.same(await found.store.get('key'), { value: quota, fetchedAt: 990_500 })
  t.match(found.commands, [['getrange', key, 0, 8 * 1024 * 1024]])
})

t.test('a value is stored for as long as a process can use it', async (t) => {
  const { store, commands } = startStore()
  const ttls = () => commands.splice(0).map((command) => command[4])
  t.ok(store.set('key', { value: quota, fetchedAt: 999_000 }, { current: 10_000, staleIfError: 0 }))
  t.same(ttls(), [9_000], 'without stale-if-error while it is fresh or revalidated')
  t.ok(store.set('key', { value: large, fetchedAt: 999_000 }, life))
  t.same(ttls(), [9_000], 'and so is a large one')
})

t.test('a value beyond its use, or too large, is not stored', async (t) => {
  const { store, commands } = startStore()
  t.notOk(store.set('key', { value: quota, fetchedAt: 940_000 }, life))
  t.notOk(store.set('key', { value: large, fetchedAt: 990_000 }, life))
  t.notOk(store.set('key', { value: tooLarge, fetchedAt: 1_000_000 }, life))
  t.same(commands, [])
})

t.test('a value is deleted under the key that it was stored under', async (t) => {
  const { store, commands } = startStore()
  store.set('key', { value: quota, fetchedAt: 990_500 }, life)
  store.delete('key')
  t.same(commands.slice(1), [['del', commands[0]![1]]])
})

t.test('one process at a time holds the read lock, which is beside the value', async (t) => {
  const { store, commands } = startStore('OK')
  const release = await store.lock('key')
  release!(true)
  t.match(commands, [['set', /^p:\{[\w-]{43}\}:lock$/, '', 'PX', 2_000, 'NX'], ['del', commands[0]![1]]])
  t.equal(await startStore(null).store.lock('key'), undefined)
})

t.test('an expired lock is not released', async (t) => {
  const { store, commands } = startStore('OK')
  const release = await store.lock('key')
  const now = performance.now()
  t.intercept(performance, 'now', { value: () => now + 2_000 })
  release!(true)
  t.equal(commands.length, 1)
})

t.test('a lock is renewed until it is released', async (t) => {
  const { store, commands } = startStore('OK')
  const release = await store.lock('key')
  const lockKey = commands[0]![1]
  while (commands.length < 5) await sleep(10)
  t.same(commands.slice(1), Array(4).fill(['pexpire', lockKey, 2_000]))
  release!(true)
  await sleep(1_000)
  t.same(commands.slice(5), [['del', lockKey]], 'and not after that')
})

t.test('the store is empty and each lock free while Redis is unavailable or rejects commands', async (t) => {
  const cases = [[new Error('refused'), 'ready', 4], ['OK', 'connecting', 0]] as const
  for (const [reply, status, expected] of cases) {
    const { store, commands, failures } = startStore(reply, status)
    t.equal(await store.get('key'), undefined)
    store.set('key', { value: quota, fetchedAt: 1_000_000 }, life)
    store.delete('key')
    const release = await store.lock('key')
    release!(true)
    t.equal(commands.length, expected, 'a lock that was not taken is not released')
    t.equal(failures.length, expected)
  }
})
