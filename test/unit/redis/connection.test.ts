import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { connect, isReady } from '#lib/redis/connection.js'
import { parseRedisUrl } from '#lib/redis/url.js'
import { startFakeRedis } from '#test/support/fake-redis.js'

/**
 * Opens a connection that is closed at the end of the test, and records its events: `ready`, or a failure's
 * message.
 */
function start (t: Test, url: string) {
  const events: string[] = []
  const redis = connect(parseRedisUrl(url), {
    ready: () => events.push('ready'),
    failed: ({ message }) => events.push(message)
  })
  t.teardown(() => redis.disconnect())
  const untilReady = async () => { while (!events.includes('ready')) await sleep(10) }
  return { redis, events, untilReady }
}

t.test('commands fail at once while there is no connection', async (t) => {
  for (const scheme of ['redis', 'rediss', 'redis+cluster']) {
    const { redis, events } = start(t, `${scheme}://127.0.0.1:1`)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.notOk(isReady(redis))
    while (events.length < 3) await sleep(10)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.match(events[0], /ECONNREFUSED|is closed/)
  }
})

t.test('a connection is ready when the server is, or all nodes of a cluster are', async (t) => {
  for (const scheme of ['redis', 'redis+cluster']) {
    const { port } = await startFakeRedis(t, () => '+OK\r\n')
    const { redis, events, untilReady } = start(t, `${scheme}://localhost:${port}`)
    await untilReady()
    t.ok(isReady(redis))
    t.equal(await redis.get('key'), 'OK')
    t.same([...new Set(events)], ['ready'])
  }
})

t.test('a connection to a server that sends no reply is closed, and opened again', async (t) => {
  for (const scheme of ['redis', 'redis+cluster']) {
    const { port } = await startFakeRedis(t, () => undefined)
    const { redis, untilReady } = start(t, `${scheme}://127.0.0.1:${port}`)
    await untilReady()
    await t.rejects(redis.get('key'), /timed out|is closed/)
    while (isReady(redis)) await sleep(1)
    while (!isReady(redis)) await sleep(10)
  }
})

t.test('a server that does not speak Redis\'s protocol is reported', async (t) => {
  const { port } = await startFakeRedis(t, () => 'HTTP/1.1 400 Bad Request\r\n\r\n')
  const { redis, events, untilReady } = start(t, `redis://127.0.0.1:${port}`)
  await untilReady()
  await t.rejects(redis.get('key'), /Protocol error/)
  t.match(events[1], /^Protocol error/)
})
