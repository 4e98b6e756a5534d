import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { createAnswer, encode, encodingFor, matches, sizeOfAnswer } from '../../lib/answers.js'

const long = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ time: i, usage: i / 7 })))

t.test('has one tag for one text and one scope', async (t) => {
  t.equal(createAnswer('a', 'all').etag, createAnswer('a', 'all').etag)
  t.not(createAnswer('a', 'all').etag, createAnswer('b', 'all').etag)
  t.not(createAnswer('a', 'project p').etag, createAnswer('a', 'project q').etag)
  t.match(createAnswer('a', 'all').etag, /^W\/"[A-Za-z0-9_-]{27}"$/)
  t.ok(sizeOfAnswer(createAnswer(long, 'all')) > 2 * long.length)
})

t.test('knows its tag among others, weak or not', async (t) => {
  for (const header of ['W/"x"', '"x"', '"a", W/"x"', '*', ' W/"x" ']) t.equal(matches('W/"x"', header), true, header)
  for (const header of ['', '"y"', 'x', '"x', 'W/"xx"']) t.equal(matches('W/"x"', header), false, header)
})

t.test('is encoded once', async (t) => {
  const answer = createAnswer(long, 'all')
  const [one, two] = await Promise.all([encode(answer, 'gzip'), encode(answer, 'gzip')])
  t.equal(one, two)
  t.equal(gunzipSync(one).toString(), long)
  const br = await encode(answer, 'br')
  t.equal(brotliDecompressSync(br).toString(), long)
  t.ok(br.length < long.length / 2)
})

t.test('is not encoded again where it is made anew with the same text', async (t) => {
  const before = createAnswer(long, 'all')
  const one = await encode(before, 'br')
  t.equal(await encode(createAnswer(long, 'all', { before }), 'br'), one)
  t.not(await encode(createAnswer(`${long} `, 'all', { before }), 'br'), one)
  t.not(await encode(createAnswer(long, 'project p', { before }), 'br'), one)
})

t.test('is encoded where that is worth it', async (t) => {
  t.equal(encodingFor(createAnswer(long, 'all'), 'gzip'), 'gzip')
  t.equal(encodingFor(createAnswer(long, 'all'), null), null)
  t.equal(encodingFor(createAnswer('[]', 'all'), 'gzip'), null)
})
