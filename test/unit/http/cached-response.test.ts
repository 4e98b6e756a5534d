import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { createCachedResponse, encode, selectEncoding, etagMatches, cachedResponseBytes, responseCodec } from '#lib/http/cached-response.js'

const long = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ time: i, usage: i / 7 })))

t.test('has one tag for one text and one scope', async (t) => {
  t.equal(createCachedResponse('a', 'all').etag, createCachedResponse('a', 'all').etag)
  t.not(createCachedResponse('a', 'all').etag, createCachedResponse('b', 'all').etag)
  t.not(createCachedResponse('a', 'project p').etag, createCachedResponse('a', 'project q').etag)
  t.match(createCachedResponse('a', 'all').etag, /^W\/"[A-Za-z0-9_-]{27}"$/)
  t.ok(cachedResponseBytes(createCachedResponse(long, 'all')) > 2 * long.length)
})

t.test('knows its tag among others, weak or not', async (t) => {
  for (const header of ['W/"x"', '"x"', '"a", W/"x"', '*', ' W/"x" ']) t.equal(etagMatches('W/"x"', header), true, header)
  for (const header of ['', '"y"', 'x', '"x', 'W/"xx"']) t.equal(etagMatches('W/"x"', header), false, header)
})

t.test('is encoded once', async (t) => {
  const answer = createCachedResponse(long, 'all')
  const [one, two] = await Promise.all([encode(answer, 'gzip'), encode(answer, 'gzip')])
  t.equal(one, two)
  t.equal(gunzipSync(one).toString(), long)
  const br = await encode(answer, 'br')
  t.equal(brotliDecompressSync(br).toString(), long)
  t.ok(br.length < long.length / 2)
})

t.test('is not encoded again where it is made anew with the same text', async (t) => {
  const before = createCachedResponse(long, 'all')
  const one = await encode(before, 'br')
  t.equal(await encode(createCachedResponse(long, 'all', { before }), 'br'), one)
  t.not(await encode(createCachedResponse(`${long} `, 'all', { before }), 'br'), one)
  t.not(await encode(createCachedResponse(long, 'project p', { before }), 'br'), one)
})

t.test('is encoded where that is worth it', async (t) => {
  t.equal(selectEncoding(createCachedResponse(long, 'all'), 'gzip'), 'gzip')
  t.equal(selectEncoding(createCachedResponse(long, 'all'), null), null)
  t.equal(selectEncoding(createCachedResponse('[]', 'all'), 'gzip'), null)
})

t.test('an answer comes back with all that its headers tell', async (t) => {
  for (const facts of [{}, { oldestAt: 1_795_000_000_000 }, { link: '</v1/openstack/projects/summary?limit=1&projectName=%C3%A9&marker=x>; rel="next"' }]) {
    const answer = createCachedResponse('[{"name":"é\\n"}]\n', 'all', facts)
    t.same({ link: undefined, oldestAt: undefined, ...responseCodec.decode(responseCodec.encode(answer)) }, answer)
  }
})

t.test('what is no answer is not one', async (t) => {
  const { etag } = createCachedResponse('[]', 'all')
  const heads = ['', '{', 'null', '[]', {}, { etag: 'W/"short"' }, { etag: `${etag}\n` }, { etag, oldestAt: null }, { etag, oldestAt: '1' }, { etag, link: 1 },
    { etag, link: '</a>' }, { etag, link: '</a>; rel="next"\r\nx: y' }, { etag, link: '</é>; rel="next"' }, { etag, link: '</a>,</b>; rel="next"' }]
  for (const head of heads) {
    const text = typeof head === 'string' ? head : JSON.stringify(head)
    t.equal(responseCodec.decode(Buffer.from(`${text}\n[]`)), undefined, text)
  }
  t.equal(responseCodec.decode(Buffer.from(JSON.stringify({ etag }))), undefined, 'without a body')
})
