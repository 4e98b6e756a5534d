import t from 'tap'
import { seal, unseal } from '#lib/redis/sealed-value.js'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'
import { startPair } from './pair.js'

const redis = await startRedis(t)
if (redis) {
  const { url, client, keys } = redis
  const cpu = series('cpuUsage')
  const time = Date.parse('2026-11-23T12:00:00.500Z')
  const sealed = (text: string) => seal(time, Buffer.from(text))
  const sealedHead = (head: object) => sealed(`${JSON.stringify(head)}\n[]`)
  const etag = `W/"${'x'.repeat(27)}"`

  /** Values in place of a stored response, some of them made from it. */
  const invalidValues: Record<string, (stored: Buffer) => Buffer> = {
    'no bytes': () => Buffer.alloc(0),
    'a word': () => Buffer.from('rubbish'),
    'zero bytes': () => Buffer.alloc(1_000),
    'unsealed JSON': () => Buffer.from('{"etag":"","body":"[]"}\n[]'),
    'half a response': (stored) => stored.subarray(0, stored.length / 2),
    'a response without its last byte': (stored) => stored.subarray(0, -1),
    'a response with a changed byte': (stored) =>
      stored.with(stored.length - 3, stored.at(-3)! ^ 1) as Buffer,
    'two responses': (stored) => Buffer.concat([stored, stored]),
    'more bytes than are read': (stored) => Buffer.concat([stored, Buffer.alloc(9 * 1024 * 1024)]),
    'sealed empty bytes': () => sealed(''),
    'a sealed word': () => sealed('rubbish'),
    'a body without a head': () => sealed('\n[]'),
    'a head with other types': () => sealedHead({ etag: 1 }),
    'an ETag that splits the headers': () => sealedHead({ etag: `${etag}\r\nx: y` }),
    'a link that splits the headers': () => sealedHead({ etag, link: '</>; rel="next"\r\nx: y' }),
    'an invalid time': (stored) => seal(NaN, unseal(stored)!.bytes),
    'an infinite time': (stored) => seal(-Infinity, unseal(stored)!.bytes),
    'a time in the future': (stored) => seal(time + 3_600_000, unseal(stored)!.bytes)
  }

  for (const [name, make] of Object.entries(invalidValues)) {
    t.test(`a stored value with ${name} is a miss, and is replaced`, async (t) => {
      await client.flushall()
      const { a, b, calls } = await startPair(t, url)
      const { body } = await a(cpu)
      const [key] = await keys() as [string]
      await client.set(key, make((await client.getBuffer(key))!))
      calls()
      t.match(await b(cpu), { statusCode: 200, body, headers: { age: '0' } })
      t.equal(calls(), 1)
      t.same(await keys(), [key])
      t.match(unseal((await client.getBuffer(key))!), { fetchedAt: time })
    })
  }

  t.test('a key of another Redis type is a miss, and logged once', async (t) => {
    await client.flushall()
    const { a, b, calls, log } = await startPair(t, url)
    const { body } = await a(cpu)
    const [key] = await keys() as [string]
    await client.del(key)
    await client.lpush(key, 'a', 'list')
    calls()
    t.match(await b(cpu), { statusCode: 200, body })
    t.equal(calls(), 1)
    t.equal(log.filter((line) => line.includes('WRONGTYPE')).length, 1)
  })
}
