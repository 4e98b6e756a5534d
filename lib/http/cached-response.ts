import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import { jsonParser } from '#lib/cache/codec.js'
import type { Codec } from '#lib/cache/codec.js'
import { upstreamNames } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'

export type Encoding = 'br' | 'gzip'

/**
 * A response as it is sent. A repeated request costs no fetch, no serialisation, no hash and no compression.
 */
export interface CachedResponse {
  body: Buffer
  etag: string
  /** The `Link` to the next page. */
  link?: string
  /** The upstream that lists only a part of the entries. */
  incomplete?: UpstreamName
  /** Unix milliseconds of the oldest fact in it, where that is older than the response. */
  oldestAt?: number
  /** Whether an upstream failed: the response is partial, or made of stale facts. */
  degraded?: boolean
  encoded: Partial<Record<Encoding, Promise<Buffer>>>
}

type Facts = Pick<CachedResponse, 'link' | 'incomplete' | 'oldestAt' | 'degraded'>
type Options = Facts & { before?: CachedResponse }

/**
 * A response for the callers of one scope. Its ETag is weak, because the encodings of a response differ in
 * bytes alone.
 * @param options.before the response that this one replaces: with the same body its encodings are reused
 */
export function createCachedResponse (
  content: string | Buffer, scope: string, { before, ...facts }: Options = {}
): CachedResponse {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const etag = `W/"${createHash('sha1').update(`${scope}\n`).update(body).digest('base64url')}"`
  return { ...facts, body, etag, encoded: before?.etag === etag ? before.encoded : {} }
}

/** The bytes that a response occupies, with its encodings. */
export const cachedResponseBytes = ({ body }: CachedResponse) => 2 * body.length + 1024

/** Whether a request's `If-None-Match` names a response. Source: RFC 9110, 13.1.2. */
export function etagMatches (etag: string, ifNoneMatch: string) {
  const weak = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch === '*' || ifNoneMatch.split(',').some((tag) => weak(tag) === weak(etag))
}

/** Shorter bodies are sent faster uncompressed: bytes. */
const minEncodedBytes = 1_024

const encoders: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gzip),
  // Quality 4 takes as long as gzip, the default 11 a hundred times as long.
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
}

/** The encoding to send a response in, given the one that its client accepts. */
export const selectEncoding = ({ body }: CachedResponse, accepted: Encoding | null) =>
  body.length < minEncodedBytes ? null : accepted

/** The body in an encoding. It is compressed once. */
export function encode ({ body, encoded }: CachedResponse, encoding: Encoding) {
  encoded[encoding] ??= encoders[encoding](body)
  return encoded[encoding]
}

const parseHead = jsonParser(Type.Object({
  etag: Type.String({ pattern: '^W/"[\\w-]{27}"$' }),
  link: Type.Optional(Type.String({ pattern: '^<[!-;=?-~]+>; rel="next"$' })),
  incomplete: Type.Optional(Type.Union(upstreamNames.map((name) => Type.Literal(name)))),
  oldestAt: Type.Optional(Type.Number()),
  degraded: Type.Optional(Type.Boolean())
}))

/** A line of JSON with what goes into headers, and then the body. */
export const responseCodec: Codec<CachedResponse> = {
  encode: ({ body, encoded, ...head }) =>
    Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]),
  decode (bytes) {
    const end = bytes.indexOf('\n')
    const head = parseHead(bytes.subarray(0, end))
    // The copy releases the buffer that the connection read.
    return head && { ...head, body: Buffer.from(bytes.subarray(end + 1)), encoded: {} }
  }
}
