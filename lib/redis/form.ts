import { crc32 } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import type { Answer } from '../answers.js'
import { quotaSources } from '../openstack/quotas.js'
import type { Quota } from '../openstack/quotas.js'

/** How values of a kind are written as bytes. What is read back is checked: it may have come from anywhere. */
export interface Form<V> {
  pack (value: V): Buffer
  /** `undefined` where the bytes are of no such value. */
  unpack (bytes: Buffer): V | undefined
}

/** The version of all that is stored. Raised where a form changes, or what an answer means, so that the old and the new do not meet. */
export const version = 1

const headSize = 12

/** Bytes with the time at which their value was read (unix milliseconds), and a checksum of both. */
export function seal (readAt: number, bytes: Buffer) {
  const sealed = Buffer.alloc(headSize + bytes.length)
  sealed.writeDoubleBE(readAt, 4)
  bytes.copy(sealed, headSize)
  sealed.writeUInt32BE(crc32(sealed.subarray(4)))
  return sealed
}

/** What was sealed; `undefined` where it was not, or is not whole. */
export function unseal (sealed: Buffer) {
  if (sealed.length < headSize || sealed.readUInt32BE() !== crc32(sealed.subarray(4))) return undefined
  return { readAt: sealed.readDoubleBE(4), bytes: sealed.subarray(headSize) }
}

const isHead = parser(Type.Object({
  etag: Type.String({ pattern: '^W/"[\\w-]{27}"$' }),
  link: Type.Optional(Type.String({ pattern: '^<[!-;=?-~]+>; rel="next"$' })),
  asOf: Type.Optional(Type.Number())
}))

/** A line of JSON with what is told in headers, and then the body. */
export const answerForm: Form<Answer> = {
  pack: ({ body, etag, link, asOf }) => Buffer.concat([Buffer.from(`${JSON.stringify({ etag, link, asOf })}\n`), body]),
  unpack (bytes) {
    const end = bytes.indexOf('\n')
    const head = isHead(bytes.subarray(0, end))
    // The copy lets go of what the connection has read beside it.
    return head && { ...head, body: Buffer.from(bytes.subarray(end + 1)), encoded: {} }
  }
}

const isQuota = parser(Type.Union(Object.values(quotaSources).map(({ fields }) =>
  Type.Object(Object.fromEntries(Object.keys(fields).map((name) => [name, Type.Integer()])), { additionalProperties: false }))))

/** A project's quota at one service, as JSON. */
export const quotaForm: Form<Partial<Quota>> = {
  pack: (quota) => Buffer.from(JSON.stringify(quota)),
  unpack: isQuota
}

/** Reads JSON of a shape; `undefined` where it is not that. */
function parser<T extends TSchema> (schema: T) {
  const compiled = TypeCompiler.Compile(schema)
  return (bytes: Buffer): Static<T> | undefined => {
    try {
      const value: unknown = JSON.parse(bytes.toString())
      return compiled.Check(value) ? value : undefined
    } catch {
      return undefined
    }
  }
}
