import type { IncomingMessage } from 'node:http'
import type { Static, TSchema } from '@sinclair/typebox'
import { jsonParser } from '#lib/cache/codec.js'
import { Forbidden, InvalidParameters, RequestRejected } from '#lib/errors.js'

/** Bytes of a body at most. */
const maxBytes = 8_192

/** The formats of bodies. A form becomes JSON, whose schema then checks it. */
const formats = {
  'application/json': (bytes: Buffer) => bytes,
  'application/x-www-form-urlencoded': (bytes: Buffer) =>
    Buffer.from(JSON.stringify(Object.fromEntries(new URLSearchParams(bytes.toString()))))
}

/**
 * A reader of a request's body. No error quotes a body, which may hold a password.
 * @returns a function that throws Forbidden for another media type, which a page of another origin may send
 * without a preflight request; InvalidParameters for a body that does not match; RequestRejected for one that
 * is too large or incomplete
 */
export function bodyReader<T extends TSchema> (type: keyof typeof formats, schema: T) {
  const parse = jsonParser(schema)
  return async (request: IncomingMessage): Promise<Static<T>> => {
    const mediaType = request.headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
    if (mediaType !== type) throw new Forbidden(`the body must be ${type}`)
    const body = parse(formats[type](await readAll(request)))
    if (body === undefined) {
      throw new InvalidParameters([{ parameter: 'body', message: 'must have the fields of this request' }])
    }
    return body
  }
}

async function readAll (request: IncomingMessage) {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  try {
    // The rest of a large body is not read; the connection closes with the response.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw new RequestRejected(400, 'The body is incomplete.')
  }
  if (length > maxBytes) throw tooLarge()
  return Buffer.concat(chunks)
}

const tooLarge = () => new RequestRejected(413, `The body must not be longer than ${maxBytes} bytes.`)
