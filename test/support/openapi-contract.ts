import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  allowEmptyValue?: boolean
  description?: string
  example?: unknown
  schema: { type: string, examples?: unknown[] }
}

export interface Example {
  summary: string
  value: { instance: string }
}

export interface Response {
  description: string
  headers: Record<string, { description?: string, required?: boolean, schema: { examples?: unknown[] } }>
  content?: Record<string, { schema: object, example?: unknown, examples?: Record<string, Example> }>
}

export interface Operation {
  operationId: string
  summary?: string
  tags?: string[]
  deprecated?: boolean
  security?: object[]
  parameters?: Parameter[]
  responses: Record<string, Response>
}

export interface Document {
  openapi: string
  paths: Record<string, { get: Operation }>
  components: Record<string, Record<string, object>>
}

/** A received response, in the format of `inject`. */
export interface ReceivedResponse {
  statusCode: number
  headers: Record<string, unknown>
  body: string
}

/** Returns the target of a JSON pointer such as `#/components/schemas/Bucket`. */
export const lookUp = (document: object, pointer: string) => pointer.split('/').slice(1)
  .reduce<any>((node, part) => node[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)

/**
 * The operations of a document by path. References to parameters, responses and headers are resolved. A
 * literal path goes before one with a parameter that it matches, as in Fastify's router.
 */
export function operationsOf (document: Document): Array<[path: string, operation: Operation]> {
  const follow = <T extends object>(node: T): T => '$ref' in node ? lookUp(document, String(node.$ref)) : node
  const followAll = <T extends object>(nodes: Record<string, T>) =>
    Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, follow(node)]))
  const literalFirst = Object.entries(document.paths)
    .toSorted(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
  return literalFirst.map(([path, { get }]) => [path, {
    ...get,
    parameters: (get.parameters ?? []).map(follow),
    responses: Object.fromEntries(Object.entries(followAll(get.responses)).map(([status, response]) =>
      [status, { ...response, headers: followAll(response.headers) }]))
  }])
}

/**
 * A query with the example of each required parameter, and of the range that ends now where there is one.
 * @param examples other values, by parameter
 */
export function validQuery (parameters: Parameter[] = [], examples: Record<string, string> = {}) {
  const given = parameters.filter(({ name, required, ...parameter }) =>
    parameter.in === 'query' && (required || name === 'defaultTimeRange'))
  const query = given.map(({ name, example }) =>
    `${name}=${encodeURIComponent(examples[name] ?? String(example))}`)
  return query.length === 0 ? '' : `?${query.join('&')}`
}

/**
 * Compiles the schemas of a document. A property that is not in a schema is an error.
 * @returns a function that validates a value by a schema of the document and returns the errors; empty
 * without errors
 */
export function createValidators (document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const strict = JSON.parse(JSON.stringify(document), (key, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value)
  ajv.addSchema(strict, 'document')
  const known = new Map<string, ValidateFunction>()

  return (schema: object, value: unknown) => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"document#/')
    let validate = known.get(text)
    if (validate === undefined) known.set(text, validate = ajv.compile(JSON.parse(text)))
    return validate(value) ? '' : ajv.errorsText(validate.errors, { dataVar: 'body' })
  }
}

/**
 * Creates a check of responses to GET.
 * @returns a function that compares a response with the document and returns the first difference, or
 * undefined
 */
export function createCheck (document: Document) {
  const errorsOf = createValidators(document)
  const operations = operationsOf(document).map(([path, operation]) =>
    ({ operation, pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]*')}$`) }))

  return (url: string, { statusCode, headers, body }: ReceivedResponse) => {
    const path = url.split('?', 1)[0]!
    const operation = operations.find(({ pattern }) => pattern.test(path))?.operation
    if (operation === undefined) return `${path} is not in the document`
    const response = operation.responses[statusCode]
    if (response === undefined) return `${operation.operationId} has no ${statusCode}`
    for (const [name, { required, schema }] of Object.entries(response.headers)) {
      const value = headers[name.toLowerCase()]
      const differs = value === undefined ? required : errorsOf(schema, parseHeader(value))
      if (differs) return `${operation.operationId} ${statusCode} has ${name}: ${value}`
    }
    if (response.content === undefined) {
      return body === '' ? undefined : `${operation.operationId} ${statusCode} has a body`
    }
    const [, type] = /^([^;]+)/.exec(String(headers['content-type'])) ?? []
    const media = response.content[type!]
    if (media === undefined) return `${operation.operationId} ${statusCode} is not ${type}`
    return errorsOf(media.schema, type!.endsWith('json') ? JSON.parse(body) : body) || undefined
  }
}

/** Converts the text of a header to a number if its schema may expect one. */
const parseHeader = (value: unknown) => /^[0-9]+$/.test(String(value)) ? Number(value) : value
