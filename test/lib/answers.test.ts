import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { createAnswer, encode, matches, sizeOfAnswer } from '../../lib/answers.js'

const long = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ time: i, usage: i / 7 })))

t.test('has one tag for one text', async (t) => {
  t.equal(createAnswer('a').etag, createAnswer('a').etag)
  t.not(createAnswer('a').etag, createAnswer('b').etag)
  t.match(createAnswer('a').etag, /^W\/"[A-Za-z0-9_-]{27}"$/)
  t.ok(sizeOfAnswer(createAnswer(long)) > 2 * long.length)
})

t.test('knows its tag among others, weak or not', async (t) => {
  for (const header of ['W/"x"', '"x"', '"a", W/"x"', '*', ' W/"x" ']) t.equal(matches('W/"x"', header), true, header)
  for (const header of ['', '"y"', 'x', '"x', 'W/"xx"']) t.equal(matches('W/"x"', header), false, header)
})

t.test('is encoded once, where it is worth it', async (t) => {
  const answer = createAnswer(long)
  const [one, two] = await Promise.all([encode(answer, 'gzip'), encode(answer, 'gzip')])
  t.equal(one.body, two.body)
  t.equal(gunzipSync(one.body).toString(), long)
  const br = await encode(answer, 'br')
  t.equal(brotliDecompressSync(br.body).toString(), long)
  t.ok(br.body.length < long.length / 2)
  t.same(await encode(answer, null), { body: answer.body })
  const short = createAnswer('[]')
  t.same(await encode(short, 'gzip'), { body: short.body })
})
