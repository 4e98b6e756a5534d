import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'

/**
 * A validator of an upstream's responses, as far as the service reads them; they may hold more.
 * @param what the response's name in the error, such as "a list of projects"
 * @returns a function that returns the body, or throws UpstreamError `invalid`, which never quotes the body
 */
export function responseValidator<T extends TSchema> (upstream: UpstreamName, what: string, schema: T) {
  const compiled = TypeCompiler.Compile(schema)
  return (body: unknown): Static<T> => {
    if (compiled.Check(body)) return body
    const path = compiled.Errors(body).First()!.path || '/'
    throw new UpstreamError(upstream, 'invalid', `returned ${what} in an unexpected format (at ${path})`)
  }
}
