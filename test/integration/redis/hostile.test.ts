import t from 'tap'
import { seal, unseal } from '#lib/redis/sealed-value.js'
import { startPair } from './pair.js'
import { series } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) {
  const { url, client, keys } = redis
  const cpu = series('cpuUsage')
  const time = Date.parse('2026-11-23T12:00:00.500Z')
  const sealed = (text: string) => seal(time, Buffer.from(text))
  const etag = `W/"${'x'.repeat(27)}"`

  /** What somebody may put where an answer is kept: instead of it, or made from it. */
  const rubbish: Record<string, (good: Buffer) => Buffer> = {
    nothing: () => Buffer.alloc(0),
    'a word': () => Buffer.from('rubbish'),
    'zero bytes': () => Buffer.alloc(1_000),
    'JSON that is not sealed': () => Buffer.from('{"etag":"","body":"[]"}\n[]'),
    'half an answer': (good) => good.subarray(0, good.length / 2),
    'an answer without its last byte': (good) => good.subarray(0, -1),
    'an answer with a byte that is another': (good) => good.with(good.length - 3, good.at(-3)! ^ 1) as Buffer,
    'two answers': (good) => Buffer.concat([good, good]),
    'more than is read of it': (good) => Buffer.concat([good, Buffer.alloc(9 * 1024 * 1024)]),
    'a sealed nothing': () => sealed(''),
    'a sealed word': () => sealed('rubbish'),
    'a body without a head': () => sealed('\n[]'),
    'a head of another form': () => sealed('{"etag":1}\n[]'),
    'a tag that splits the headers': () => sealed(`${JSON.stringify({ etag: `${etag}\r\nx: y` })}\n[]`),
    'a link that splits the headers': () => sealed(
      `${JSON.stringify({ etag, link: '</>; rel="next"\r\nx: y' })}\n[]`
    ),
    'a time that is none': (good) => seal(NaN, unseal(good)!.bytes),
    'a time that never was': (good) => seal(-Infinity, unseal(good)!.bytes),
    'a time to come': (good) => seal(time + 3_600_000, unseal(good)!.bytes)
  }

  for (const [name, make] of Object.entries(rubbish)) {
    t.test(`reads anew where there is ${name}`, async (t) => {
      await client.flushall()
      const { a, b, calls } = await startPair(t, url)
      const { body } = await a(cpu)
      const [key] = await keys() as [string]
      await client.set(key, make((await client.getBuffer(key))!))
      calls()
      t.match(await b(cpu), { statusCode: 200, body, headers: { age: '0' } })
      t.equal(calls(), 1)
      t.same(await keys(), [key])
      t.match(unseal((await client.getBuffer(key))!), { fetchedAt: time }, 'and mends it')
    })
  }

  t.test('reads anew where there is something that is no text, and says so once', async (t) => {
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
