import { Type } from '@sinclair/typebox'
import type { SchemaOptions, Static, TObject, TSchema } from '@sinclair/typebox'

/** A reference to a named component, with its type. */
export const RefTo = <T extends TSchema>(schema: T) => Type.Unsafe<Static<T>>(Type.Ref(schema.$id!))

/** An id in a path or a query, of whatever kind. */
export const Id = (description: string, example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description, examples: [example] })

/** A string from a closed list: one list in the document, where a union would be a choice of several schemas. */
export const OneOf = <const T extends string>(values: readonly T[], options: SchemaOptions = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: values, ...options })

/** A value that may be unknown: one type list in the document, where a union would be a choice of two schemas. */
export const Nullable = <T extends TSchema>(schema: T, options: SchemaOptions = {}) =>
  Type.Unsafe<Static<T> | null>({ ...schema, ...options, type: [schema.type, 'null'] })

/** A part of a name to look for: literal, so that nothing in it has a meaning of its own. */
export const NamePart = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 255, description, examples: [example] })

export const PageLimit = Type.Integer({ minimum: 1, maximum: 1000, description: 'How many entries the page may have', examples: [100] })

/** The query of a route that takes none. */
export const NoQuery = Type.Object({}, { additionalProperties: false })

/** How many entries follow is not said; that some do is. */
export const linkHeader = {
  Link: {
    type: 'string',
    description: 'The next page, relative to this one\'s URL; absent on the last page',
    examples: ['</v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=100&marker=c5e1012f-9455-47ff-bbb7-1cff5e1f9894>; rel="next"']
  }
}

/** What an answer that is kept says of itself. Source: RFC 9110 (validators), RFC 9111 (freshness). */
export const cacheHeaders = {
  ETag: { type: 'string', description: 'The answer\'s tag: who sends it as `If-None-Match` is answered 304 while it holds', examples: ['W/"0mW8yMbXXpTAuf7hrUcIxR4cD9w"'] },
  Age: { type: 'integer', minimum: 0, description: 'Seconds since the oldest thing in it was read', examples: [3] },
  'Cache-Control': { type: 'string', description: 'For whom and how many seconds it is fresh', examples: ['private, max-age=5'] }
}

export const notModified = { 304: { description: 'What the caller has still holds', headers: cacheHeaders, type: 'null' } }

/** An example of an object: its properties' own. */
export const exampleOf = ({ properties }: TObject): Record<string, unknown> => Object.fromEntries(
  Object.entries(properties).flatMap(([name, { examples }]) => examples === undefined ? [] : [[name, examples[0]]])
)
