import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Static, TSchema } from '@sinclair/typebox'
import { UpstreamError } from './errors.js'
import type { Role } from './errors.js'

/**
 * A check of what an upstream answered, as far as we read it; more may stand in it.
 * @throws UpstreamError `invalid`, which names what was asked for and where it went wrong, and not what was answered.
 */
export function shape<T extends TSchema> (role: Role, what: string, schema: T) {
  const compiled = TypeCompiler.Compile(schema)
  return (body: unknown): Static<T> => {
    if (compiled.Check(body)) return body
    throw new UpstreamError(role, 'invalid', `answered ${what} of another form (at ${compiled.Errors(body).First()!.path || '/'})`)
  }
}
