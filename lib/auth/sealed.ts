import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { jsonParser } from '#lib/cache/codec.js'

/** The algorithms of RFC 7518: the key itself encrypts, and each value has a random nonce. */
const header = { alg: 'dir', enc: 'A256GCM' } as const
const accepted = {
  keyManagementAlgorithms: [header.alg], contentEncryptionAlgorithms: [header.enc]
}

/** Values of one kind as text that clients store, and can neither read nor change. */
export interface Seal<Value> {
  /** @param expires unix milliseconds from which on the text is not accepted */
  seal: (value: Value, expires: number) => Promise<string>
  /** @returns `undefined` for a text that was not sealed as this kind, has expired, or was changed */
  open: (text: string) => Promise<Value | undefined>
}

/**
 * A function that makes seals. A text is a JWE. Its kind is sealed too, so that no text passes for one of
 * another kind.
 * @param keys 32 bytes each: the first one seals, each one opens
 * @param now unix milliseconds
 */
export function createSealer (keys: Uint8Array[], now: () => number) {
  const decrypt = (text: string) => keys.reduce<Promise<Uint8Array | undefined>>(
    async (found, key) => await found ?? await decryptWith(key, text), Promise.resolve(undefined)
  )

  return <T extends TSchema>(kind: string, schema: T): Seal<Static<T>> => {
    const parse = jsonParser<TSchema>(
      Type.Object({ kind: Type.Literal(kind), expires: Type.Number(), value: schema })
    ) as (bytes: Buffer) => { expires: number, value: Static<T> } | undefined
    return {
      seal: (value, expires) => new CompactEncrypt(Buffer.from(JSON.stringify({ kind, expires, value })))
        .setProtectedHeader(header).encrypt(keys[0]!),

      async open (text) {
        const plain = await decrypt(text)
        const sealed = plain && parse(Buffer.from(plain))
        return sealed !== undefined && sealed.expires > now() ? sealed.value : undefined
      }
    }
  }
}

async function decryptWith (key: Uint8Array, text: string) {
  try {
    return (await compactDecrypt(text, key, accepted)).plaintext
  } catch {
    return undefined
  }
}
