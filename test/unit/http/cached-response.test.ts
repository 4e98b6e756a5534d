import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import {
  cachedResponseBytes, createCachedResponse, encode, etagMatches, responseCodec, selectEncoding
} from '#lib/http/cached-response.js'

const long = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ time: i, usage: i / 7 })))

t.test('has one ETag per text and scope', async (t) => {
  const etagOf = (text: string, scope: string) => createCachedResponse(text, scope).etag
  t.equal(etagOf('a', 'all'), etagOf('a', 'all'))
  t.not(etagOf('a', 'all'), etagOf('b', 'all'))
  t.not(etagOf('a', 'project p'), etagOf('a', 'project q'))
  t.match(etagOf('a', 'all'), /^W\/"[A-Za-z0-9_-]{27}"$/)
  t.ok(cachedResponseBytes(createCachedResponse(long, 'all')) > 2 * long.length)
})

t.test('matches its ETag among others, weak or strong', async (t) => {
  for (const header of ['W/"x"', '"x"', '"a", W/"x"', '*', ' W/"x" ']) {
    t.equal(etagMatches('W/"x"', header), true, header)
  }
  for (const header of ['', '"y"', 'x', '"x', 'W/"xx"']) t.equal(etagMatches('W/"x"', header), false, header)
})

t.test('is compressed once per encoding', async (t) => {
  const response = createCachedResponse(long, 'all')
  const [one, two] = await Promise.all([encode(response, 'gzip'), encode(response, 'gzip')])
  t.equal(one, two)
  t.equal(gunzipSync(one).toString(), long)
  const br = await encode(response, 'br')
  t.equal(brotliDecompressSync(br).toString(), long)
  t.ok(br.length < long.length / 2)
})

t.test('is not compressed again after a refresh with the same text', async (t) => {
  const before = createCachedResponse(long, 'all')
  const one = await encode(before, 'br')
  t.equal(await encode(createCachedResponse(long, 'all', { before }), 'br'), one)
  t.not(await encode(createCachedResponse(`${long} `, 'all', { before }), 'br'), one)
  t.not(await encode(createCachedResponse(long, 'project p', { before }), 'br'), one)
})

t.test('is compressed only where the client accepts it and the text is long', async (t) => {
  t.equal(selectEncoding(createCachedResponse(long, 'all'), 'gzip'), 'gzip')
  t.equal(selectEncoding(createCachedResponse(long, 'all'), null), null)
  t.equal(selectEncoding(createCachedResponse('[]', 'all'), 'gzip'), null)
})

t.test('survives encoding for the shared store with everything in its headers', async (t) => {
  const link = '</v1/openstack/projects/summary?limit=1&projectName=%C3%A9&marker=x>; rel="next"'
  const incomplete = 'identity' as const
  for (const headers of [{}, { oldestAt: 1_795_000_000_000 }, { link }, { incomplete }]) {
    const response = createCachedResponse('[{"name":"é\\n"}]\n', 'all', headers)
    const decoded = responseCodec.decode(responseCodec.encode(response))
    t.same({ link: undefined, incomplete: undefined, oldestAt: undefined, ...decoded }, response)
  }
})

t.test('rejects invalid text from the shared store', async (t) => {
  const { etag } = createCachedResponse('[]', 'all')
  const heads = [
    '', '{', 'null', '[]', {}, { etag: 'W/"short"' }, { etag: `${etag}\n` },
    { etag, oldestAt: null }, { etag, oldestAt: '1' },
    { etag, link: 1 }, { etag, link: '</a>' }, { etag, link: '</a>; rel="next"\r\nx: y' },
    { etag, link: '</é>; rel="next"' }, { etag, link: '</a>,</b>; rel="next"' }
  ]
  for (const head of heads) {
    const text = typeof head === 'string' ? head : JSON.stringify(head)
    t.equal(responseCodec.decode(Buffer.from(`${text}\n[]`)), undefined, text)
  }
  t.equal(responseCodec.decode(Buffer.from(JSON.stringify({ etag }))), undefined, 'without a body')
})
