import { Type } from '@sinclair/typebox'
import type { SchemaOptions, Static, TObject, TSchema } from '@sinclair/typebox'

/** A reference to a named component, with its type. */
export const RefTo = <T extends TSchema>(schema: T) => Type.Unsafe<Static<T>>(Type.Ref(schema.$id!))

/** An id in a path or a query. */
export const Id = (description: string, example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description, examples: [example] })

/** A string of a closed list. A union would be several schemas in the document; this is one list. */
export const OneOf = <const T extends string>(values: readonly T[], options: SchemaOptions = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: values, ...options })

/** A value that may be unknown. A union would be two schemas in the document; this is one list of types. */
export const Nullable = <T extends TSchema>(schema: T, options: SchemaOptions = {}) =>
  Type.Unsafe<Static<T> | null>({ ...schema, ...options, type: [schema.type, 'null'] })

/** A literal part of a name: nothing in it has a special meaning. */
export const NamePart = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 255, description, examples: [example] })

export const PageLimit = Type.Integer({
  minimum: 1, maximum: 1000, description: 'Maximum number of entries on the page', examples: [100]
})

export const Address = Type.String({
  minLength: 2,
  maxLength: 45,
  description: 'Only instances with this fixed IP address: a complete one. Nova searches no floating ones',
  examples: ['115.68.151.163']
})

/**
 * A sentence for the description of a route that returns CSV as well. A second media type in its response
 * would make every generated client return JSON or text.
 */
export const alsoAsCsv = 'A client that prefers `text/csv` gets a table.'

/** The query of a route that takes none. */
export const NoQuery = Type.Object({}, { additionalProperties: false })

export const linkHeader = {
  Link: {
    type: 'string',
    description: 'The next page, relative to this one\'s URL; absent on the last page',
    examples: [
      '</v1/openstack/projects/da9572dd8c0a4857aa12d9c4cbb76306/instances' +
      '?limit=100&marker=c5e1012f-9455-47ff-bbb7-1cff5e1f9894>; rel="next"'
    ]
  }
}

export const incompleteHeader = {
  Incomplete: {
    type: 'string',
    description: 'The upstream that lists only a part of the entries; absent where all are listed',
    examples: ['identity']
  }
}

/** The headers of a cached response. Source: RFC 9110 (validators), RFC 9111 (freshness). */
export const cacheHeaders = {
  ETag: {
    type: 'string',
    description: 'With it as `If-None-Match`, a request gets a 304 while the response is unchanged',
    examples: ['W/"0mW8yMbXXpTAuf7hrUcIxR4cD9w"']
  },
  Age: {
    type: 'integer',
    minimum: 0,
    description: 'Age of the oldest number in the response, in seconds',
    examples: [3]
  },
  'Cache-Control': {
    type: 'string',
    description: 'How long the response is fresh; `no-cache` where it is partial or stale',
    examples: ['private, max-age=5']
  }
}

export const notModified = {
  304: { description: 'The response is unchanged', headers: cacheHeaders, type: 'null' }
}

/** An example of an object, made of its properties' examples. */
export const exampleOf = ({ properties }: TObject): Record<string, unknown> => Object.fromEntries(
  Object.entries(properties).flatMap(
    ([name, { examples }]) => examples === undefined ? [] : [[name, examples[0]]]
  )
)
