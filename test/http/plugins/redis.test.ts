import t from 'tap'
import { startService } from '#test/support/service.js'

const summary = '/v1/openstack/projects/summary'

t.test('responds while Redis is unavailable, and never logs its password', async (t) => {
  const urls = ['redis://ann:s3cret@127.0.0.1:1', 'redis+cluster://:s3cret@127.0.0.1:1,127.0.0.1:2']
  for (const REDIS_URL of urls) {
    const log: string[] = []
    const logger = { stream: { write: (line: string) => { log.push(line) } } }
    const { app } = await startService(t, { env: { CACHE: 'on', LOG_LEVEL: 'trace', REDIS_URL }, logger })
    const redisLines = () => log.filter((line) => line.includes('Redis'))
    t.equal((await app.inject(summary)).statusCode, 200)
    while (redisLines().length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    t.equal((await app.inject(summary)).statusCode, 200)
    t.match(redisLines().map((line) => JSON.parse(line)), [
      { level: 40, reason: /ECONNREFUSED|is closed/, msg: /^Redis unavailable/ }
    ])
    t.notMatch(log.join(''), 's3cret')
  }
})

t.test('shares nothing without REDIS_URL', async (t) => {
  const { app } = await startService(t)
  t.equal(app.redis, undefined)
  const codec = { encode: () => Buffer.alloc(0), decode: () => undefined }
  t.equal(app.sharedStore('responses', codec), undefined)
})
