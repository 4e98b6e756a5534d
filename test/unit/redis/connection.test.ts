import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { connect, isReady } from '#lib/redis/connection.js'
import { parseRedisUrl } from '#lib/redis/url.js'
import { startFake } from '#test/support/fake-redis.js'

/** A connection that is closed when the test ends, and what it tells. */
function start (t: Test, url: string) {
  const told: string[] = []
  const redis = connect(parseRedisUrl(url), {
    ready: () => told.push('ready'), failed: ({ message }) => told.push(message)
  })
  t.teardown(() => redis.disconnect())
  const until = async (what: string) => { while (!told.includes(what)) await sleep(10) }
  return { redis, told, until }
}

t.test('commands fail at once while there is no connection', async (t) => {
  for (const scheme of ['redis', 'rediss', 'redis+cluster']) {
    const { redis, told } = start(t, `${scheme}://127.0.0.1:1`)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.notOk(isReady(redis))
    while (told.length < 3) await sleep(10)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.match(told[0], /ECONNREFUSED|is closed/)
  }
})

t.test('is ready when the server is, or all of a cluster\'s nodes', async (t) => {
  for (const scheme of ['redis', 'redis+cluster']) {
    const { port } = await startFake(t, () => '+OK\r\n')
    const { redis, told, until } = start(t, `${scheme}://localhost:${port}`)
    await until('ready')
    t.ok(isReady(redis))
    t.equal(await redis.get('key'), 'OK')
    t.same([...new Set(told)], ['ready'])
  }
})

t.test('a server that does not answer is left, and asked again', async (t) => {
  for (const scheme of ['redis', 'redis+cluster']) {
    const { port } = await startFake(t, () => undefined)
    const { redis, until } = start(t, `${scheme}://127.0.0.1:${port}`)
    await until('ready')
    await t.rejects(redis.get('key'), /timed out|is closed/)
    while (isReady(redis)) await sleep(1)
    while (!isReady(redis)) await sleep(10)
  }
})

t.test('what is no Redis is told of', async (t) => {
  const { port } = await startFake(t, () => 'HTTP/1.1 400 Bad Request\r\n\r\n')
  const { redis, told, until } = start(t, `redis://127.0.0.1:${port}`)
  await until('ready')
  await t.rejects(redis.get('key'), /Protocol error/)
  t.match(told[1], /^Protocol error/)
})
