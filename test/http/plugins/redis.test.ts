import t from 'tap'
import { startService } from '#test/support/service.js'

const summary = '/v1/openstack/projects/summary'

t.test('answers without the Redis that it is told of, and never says its password', async (t) => {
  for (const REDIS_URL of ['redis://ann:s3cret@127.0.0.1:1', 'redis+cluster://:s3cret@127.0.0.1:1,127.0.0.1:2']) {
    const log: string[] = []
    const { app } = await startService(t, { env: { CACHE: 'on', LOG_LEVEL: 'trace', REDIS_URL }, logger: { stream: { write: (line: string) => { log.push(line) } } } })
    t.equal((await app.inject(summary)).statusCode, 200)
    while (!log.join('').includes('Redis')) await new Promise((resolve) => setTimeout(resolve, 10))
    t.equal((await app.inject(summary)).statusCode, 200)
    t.match(log.filter((line) => line.includes('Redis')).map((line) => JSON.parse(line)), [{ level: 40, reason: /ECONNREFUSED|is closed/, msg: /^Redis unavailable/ }])
    t.notMatch(log.join(''), 's3cret')
  }
})

t.test('shares nothing unless it is told where', async (t) => {
  const { app } = await startService(t)
  t.equal(app.redis, undefined)
  t.equal(app.sharedStore('responses', { encode: () => Buffer.alloc(0), decode: () => undefined }), undefined)
})
