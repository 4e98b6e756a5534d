import { once } from 'node:events'
import t from 'tap'
import type { Test } from 'tap'
import type { Codec } from '#lib/cache/codec.js'
import { connect } from '#lib/redis/connection.js'
import { createRedisStore } from '#lib/redis/shared-store.js'
import { parseRedisUrl } from '#lib/redis/url.js'
import { startRedis } from '#test/support/redis/server.js'

const codec: Codec<Buffer> = { encode: (bytes) => bytes, decode: (bytes) => bytes }
const kilobyte = 1024
const life = { current: 10_000, staleIfError: 600_000 }

const redis = await startRedis(t)
if (redis) {
  const { url, client, keys } = redis
  t.beforeEach(async () => { await client.flushall() })

  /** The store of one process. */
  const startStore = async (t: Test, maxBytes?: number) => {
    const connection = connect(parseRedisUrl(url), { ready () {}, failed: (err) => t.fail(err.message) })
    t.teardown(() => connection.disconnect())
    await once(connection, 'ready')
    const options = { prefix: 'p', codec, maxBytes, now: Date.now, onError: t.fail }
    const store = createRedisStore(connection, options)
    const set = (key: string, bytes: number) =>
      store.set(key, { value: Buffer.alloc(bytes), fetchedAt: Date.now() }, life)
    return { ...store, set, connection }
  }

  t.test('nobody waits for a lock whose holder shared nothing', async (t) => {
    const [a, b, c] = [await startStore(t), await startStore(t), await startStore(t)]
    const release = await a.lock('k')
    t.equal(await b.lock('k'), undefined, 'another process holds it')
    release!(false)
    await a.connection.ping()
    const releases = [await b.lock('k'), await c.lock('k'), await a.lock('k')]
    for (const release of releases) t.type(release, 'function', 'all processes fetch at once')
    for (const release of releases) release!(true)
    await Promise.all([a, b, c].map(({ connection }) => connection.ping()))
    const [lock] = await client.keys('*:lock')
    t.equal(await client.get(lock!), 'open', 'and none of them ends that')
    const ttl = await client.pttl(lock!)
    t.ok(ttl > 0 && ttl <= 10_000, 'it ends by itself')
  })

  t.test('a lock whose holder shared a value is free', async (t) => {
    const [a, b] = [await startStore(t), await startStore(t)]
    const release = await a.lock('k')
    release!(true)
    await a.connection.ping()
    t.type(await b.lock('k'), 'function')
    t.equal(await a.lock('k'), undefined)
  })

  t.test('large values expire when no process would serve them while upstreams respond', async (t) => {
    const { set, connection } = await startStore(t)
    for (let i = 0; i < 6; i++) {
      t.ok(set(`chart ${i}`, 800 * kilobyte))
      await connection.ping()
    }
    t.ok(set('small', 500 * kilobyte))
    t.notOk(set('huge', 9 * kilobyte * kilobyte))
    await connection.ping()
    const ttls = await Promise.all((await keys()).map((key) => client.pttl(key)))
    t.equal(ttls.filter((ttl) => ttl <= 10_000).length, 6)
    t.equal(ttls.filter((ttl) => ttl > 500_000).length, 1)
  })

  t.test('the values of one process have a bound', async (t) => {
    const { set, get, delete: remove, connection } = await startStore(t, 100 * kilobyte)
    const stored = async () => {
      await connection.ping()
      const found = await Promise.all(['a', 'b', 'c'].map(get))
      return found.map((value) => value !== undefined)
    }
    set('a', 40 * kilobyte)
    set('b', 40 * kilobyte)
    set('a', 41 * kilobyte)
    t.same(await stored(), [true, true, false], 'a new value replaces the one before')
    set('c', 40 * kilobyte)
    t.same(await stored(), [true, false, true], 'the oldest one is deleted')
    remove('c')
    set('b', 40 * kilobyte)
    t.same(await stored(), [true, true, false], 'a deleted one leaves its room')
  })
}
