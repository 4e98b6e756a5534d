import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { Session } from './session.js'

/** A request that an application credential may be used for. Source: Identity API v3, "Application Credentials", `access_rules`. */
const AccessRule = Type.Object({ service: Type.String(), method: Type.String(), path: Type.String() })
export type AccessRule = Static<typeof AccessRule>

const Named = Type.Object({ name: Type.String() })
const Identified = Type.Object({ id: Type.String() })

/** What Keystone says of a token that is valid, as far as it is used. Source: Identity API v3, "Validate and show information for token". */
const ValidatedToken = Type.Object({
  expires_at: Type.String(),
  roles: Type.Optional(Type.Array(Named)),
  project: Type.Optional(Identified),
  domain: Type.Optional(Identified),
  system: Type.Optional(Type.Object({})),
  /** There where the cloud has an admin project: whether the token is of that one. */
  is_admin_project: Type.Optional(Type.Boolean()),
  application_credential: Type.Optional(Type.Object({ access_rules: Type.Optional(Type.Array(AccessRule)) }))
})
export type ValidatedToken = Static<typeof ValidatedToken>

const tokenIn = responseValidator('identity', 'a validation', Type.Object({ token: ValidatedToken }))
const errorIn = responseValidator('identity', 'a refusal', Type.Object({ error: Type.Object({ message: Type.String() }) }))

/** Keystone keeps tokens with access rules from services that do not say that they know these. */
const headers = { 'openstack-identity-access-rules': '1.0' }

/**
 * What a caller's token is good for; `undefined` where Keystone does not take it, or no longer.
 * @throws UpstreamError, `refused` where the service's own credential may not ask that.
 */
export async function validateToken (session: Session, token: string): Promise<ValidatedToken | undefined> {
  const { status, body } = await session.get('identity', '/auth/tokens?nocatalog', {
    operation: 'validate-token',
    headers: { ...headers, 'x-subject-token': token },
    expect: [403, 404]
  })
  if (status === 200) return tokenIn(body).token
  // Also 403 is a token of a trust whose trustor lost a role; who may not ask is told the name of what he may not do.
  if (status === 403 && errorIn(body).error.message.includes('validate_token')) {
    throw new UpstreamError('identity', 'refused', 'does not allow the service\'s credential to validate tokens', { status })
  }
  return undefined
}
