import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'

/** How values of a kind are written as bytes for a store that processes share. */
export interface Codec<V> {
  encode (value: V): Buffer
  /** Bytes from a shared store are not trusted. @returns `undefined` where they are not of such a value */
  decode (bytes: Buffer): V | undefined
}

/**
 * A parser of JSON that matches a schema.
 * @returns a function that returns the value, or `undefined` for anything else
 */
export function jsonParser<T extends TSchema> (schema: T) {
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
