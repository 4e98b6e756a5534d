import { setTimeout as sleep } from 'node:timers/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { connect, isReady } from '#lib/redis/connection.js'
import { parseRedisUrl } from '#lib/redis/url.js'

/** Opens a connection that is closed at the end of the test, and records the messages of its failures. */
function start (t: Test, url: string) {
  const failures: string[] = []
  const redis = connect(parseRedisUrl(url), {
    ready: () => t.fail('the connection is ready'), failed: ({ message }) => failures.push(message)
  })
  t.teardown(() => redis.disconnect())
  return { redis, failures }
}

t.test('commands fail at once while there is no connection', async (t) => {
  const urls = [
    'redis://127.0.0.1:1', 'rediss://127.0.0.1:1', 'redis+cluster://127.0.0.1:1',
    'redis+sentinel://127.0.0.1:1,127.0.0.1:2/main', 'rediss+sentinel://127.0.0.1:1/main'
  ]
  for (const url of urls) {
    const { redis, failures } = start(t, url)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.notOk(isReady(redis))
    while (failures.length < 3) await sleep(10)
    await t.rejects(redis.get('key'), /enableOfflineQueue/)
    t.match(failures[0], /ECONNREFUSED|is closed/)
  }
})

t.test('a server that does not speak Redis\'s protocol is reported', async (t) => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const { failures } = start(t, `redis://127.0.0.1:${(server.address() as AddressInfo).port}`)
  while (failures.length === 0) await sleep(10)
  t.match(failures[0], /^Protocol error/)
})
