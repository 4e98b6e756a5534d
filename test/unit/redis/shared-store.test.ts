import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Connection } from '#lib/redis/connection.js'
import { quotaCodec } from '#lib/openstack/quotas.js'
import { seal } from '#lib/redis/sealed-value.js'
import { createRedisStore } from '#lib/redis/shared-store.js'

const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }

/** Quotas shared over a connection that notes its commands, and answers them with what it is told. */
function sharing (answer: unknown = null, status = 'ready') {
  const clock = { time: 1_000_000 }
  const commands: unknown[][] = []
  const failures: Error[] = []
  const command = (name: string, answered = answer) => async (...args: unknown[]) => {
    commands.push([name, ...args])
    if (answer instanceof Error) throw answer
    return answered
  }
  const redis = {
    status,
    getrangeBuffer: command('getrange'),
    set: command('set'),
    del: command('del'),
    pexpire: command('pexpire', 1)
  } as unknown as Connection
  const shared = createRedisStore(redis, {
    prefix: 'p',
    codec: quotaCodec,
    staleLimit: 60_000,
    now: () => clock.time,
    onError: (err) => failures.push(err)
  })
  return { shared, clock, commands, failures }
}

const place = /^p:\{[\w-]{43}\}$/

t.test('a value is found as it was put, with the time at which it was read', async (t) => {
  const { shared, commands } = sharing()
  shared.set('key', { value: quota, fetchedAt: 990_500 })
  const [[name, key, sealed, ...life]] = commands as [[string, string, Buffer, string, number]]
  t.match([name, key, life], ['set', place, ['PX', 50_500]], 'until it is of no use any more')
  const found = sharing(sealed)
  t.same(await found.shared.get('key'), { value: quota, fetchedAt: 990_500 })
  t.match(found.commands, [['getrange', key, 0, 8 * 1024 * 1024]])
})

t.test('what is of no use any more, or too large, is not put anywhere', async (t) => {
  const { shared, commands } = sharing()
  shared.set('key', { value: quota, fetchedAt: 940_000 })
  shared.set('key', {
    value: Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`number${i}`, i])),
    fetchedAt: 1_000_000
  })
  t.same(commands, [])
})

t.test('a value is ended where it was put', async (t) => {
  const { shared, commands } = sharing()
  shared.set('key', { value: quota, fetchedAt: 990_500 })
  shared.delete('key')
  t.same(commands.slice(1), [['del', commands[0]![1]]])
})

t.test('what was read a moment from now counts as read now, and what was later as nothing', async (t) => {
  const bytes = quotaCodec.encode(quota)
  t.match(await sharing(seal(1_000_900, bytes)).shared.get('key'), { fetchedAt: 1_000_000 })
  for (const fetchedAt of [1_001_001, Infinity, NaN]) {
    t.equal(await sharing(seal(fetchedAt, bytes)).shared.get('key'), undefined)
  }
  for (const other of [null, Buffer.alloc(0), seal(1_000_000, Buffer.from('{}'))]) {
    t.equal(await sharing(other).shared.get('key'), undefined)
  }
})

t.test('a lease is given to one, beside the value, and ended by him', async (t) => {
  const { shared, commands } = sharing('OK')
  const done = await shared.lock('key')
  done!()
  t.match(commands, [['set', /^p:\{[\w-]{43}\}:lock$/, '', 'PX', 2_000, 'NX'], ['del', commands[0]![1]]])
  t.equal(await sharing(null).shared.lock('key'), undefined)
})

t.test('a lease that has run out is left alone', async (t) => {
  const { shared, commands } = sharing('OK')
  const done = await shared.lock('key')
  const from = performance.now()
  t.intercept(performance, 'now', { value: () => from + 2_000 })
  done!()
  t.equal(commands.length, 1)
})

t.test('a lease is made to last as long as the read', async (t) => {
  const { shared, commands } = sharing('OK')
  const done = await shared.lock('key')
  const place = commands[0]![1]
  while (commands.length < 5) await sleep(10)
  t.same(commands.slice(1), Array(4).fill(['pexpire', place, 2_000]))
  done!()
  await sleep(1_000)
  t.same(commands.slice(5), [['del', place]], 'and no longer')
})

t.test('where Redis is not there, or refuses, there is nothing, and everyone reads', async (t) => {
  for (const [answer, status, told] of [
    [new Error('refused'), 'ready', 4], ['OK', 'connecting', 0]
  ] as const) {
    const { shared, commands, failures } = sharing(answer, status)
    t.equal(await shared.get('key'), undefined)
    shared.set('key', { value: quota, fetchedAt: 1_000_000 })
    shared.delete('key')
    const done = await shared.lock('key')
    done!()
    t.equal(commands.length, told, 'and no lease is ended that was not given')
    t.equal(failures.length, told)
  }
})
