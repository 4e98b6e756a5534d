import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { Session } from './session.js'

/**
 * A request that an application credential may be used for. Source: Identity API v3, "Application
 * Credentials", `access_rules`.
 */
const AccessRule = Type.Object({ service: Type.String(), method: Type.String(), path: Type.String() })
export type AccessRule = Static<typeof AccessRule>

const Named = Type.Object({ name: Type.String() })
const Identified = Type.Object({ id: Type.String(), name: Type.Optional(Type.String()) })

/**
 * A valid token, as far as it is used. Source: Identity API v3, "Validate and show information for token".
 */
export const ValidatedToken = Type.Object({
  expires_at: Type.String(),
  user: Type.Composite([
    Identified, Type.Object({ domain: Type.Optional(Type.Object({ name: Type.Optional(Type.String()) })) })
  ]),
  roles: Type.Optional(Type.Array(Named)),
  project: Type.Optional(Identified),
  domain: Type.Optional(Identified),
  system: Type.Optional(Type.Object({})),
  /** Present where the cloud has an admin project: whether the token is scoped to it. */
  is_admin_project: Type.Optional(Type.Boolean()),
  application_credential: Type.Optional(Type.Object({ access_rules: Type.Optional(Type.Array(AccessRule)) }))
})
export type ValidatedToken = Static<typeof ValidatedToken>

const validateBody = responseValidator('identity', 'a validation', Type.Object({ token: ValidatedToken }))
const validateError = responseValidator(
  'identity', 'a refusal', Type.Object({ error: Type.Object({ message: Type.String() }) })
)

/** Keystone hides tokens with access rules from services that do not announce their support. */
const headers = { 'openstack-identity-access-rules': '1.0' }

/**
 * Validates a caller's token.
 * @returns `undefined` where Keystone does not accept it, or no longer
 * @throws UpstreamError, `refused` where the service's own credential may not validate tokens
 */
export async function validateToken (session: Session, token: string): Promise<ValidatedToken | undefined> {
  const { status, body } = await session.get('identity', '/auth/tokens?nocatalog', {
    operation: 'validate-token',
    headers: { ...headers, 'x-subject-token': token },
    expect: [403, 404]
  })
  if (status === 200) return validateBody(body).token
  // A token of a trust whose trustor lost a role is a 403 as well. Keystone names the missing permission in
  // the other case.
  if (status === 403 && validateError(body).error.message.includes('validate_token')) {
    const message = 'does not allow the service\'s credential to validate tokens'
    throw new UpstreamError('identity', 'refused', message, { status })
  }
  return undefined
}
