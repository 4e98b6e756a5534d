import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** An answer as it is sent: kept, so that whoever asks again costs neither a read, nor its serialisation, hash or compression. */
export interface Answer {
  body: Buffer
  etag: string
  /** The `Link` to the next page. */
  link?: string
  /** Unix milliseconds of the oldest thing in it, where that is older than the answer. */
  asOf?: number
  encoded: Partial<Record<Encoding, Promise<Buffer>>>
}

/**
 * An answer with this text, for those of one scope alone. Its tag is weak: the encodings of one answer differ in bytes, and not in meaning.
 * Where the one `before` it has the same text, its encodings are made already.
 */
export function createAnswer (text: string, scope: string, { link, asOf, before }: Pick<Answer, 'link' | 'asOf'> & { before?: Answer } = {}): Answer {
  const body = Buffer.from(text)
  const etag = `W/"${createHash('sha1').update(`${scope}\n`).update(body).digest('base64url')}"`
  return { body, etag, link, asOf, encoded: before?.etag === etag ? before.encoded : {} }
}

/** The bytes that an answer takes up, its encodings and what is around it counted in. */
export const sizeOfAnswer = ({ body }: Answer) => 2 * body.length + 1024

/** Whether a caller's `If-None-Match` names an answer. Source: RFC 9110, 13.1.2. */
export function matches (etag: string, ifNoneMatch: string) {
  const weak = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch === '*' || ifNoneMatch.split(',').some((tag) => weak(tag) === weak(etag))
}

/** Less than this is as fast without: bytes. */
const worthEncoding = 1_024

const encoders: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gzip),
  // Quality 4 takes the time of gzip, the default 11 a hundred times that.
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
}

/** The encoding to send an answer in, by the one that its caller takes. */
export const encodingFor = ({ body }: Answer, taken: Encoding | null) => body.length < worthEncoding ? null : taken

/** The bytes of an answer in an encoding, which are made once. */
export function encode ({ body, encoded }: Answer, encoding: Encoding) {
  encoded[encoding] ??= encoders[encoding](body)
  return encoded[encoding]
}
