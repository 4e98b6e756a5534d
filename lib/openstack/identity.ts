import { Type } from '@sinclair/typebox'
import { UpstreamError } from '../errors.js'
import { shape } from '../shape.js'
import type { Upstream } from '../upstream.js'
import { Catalog, versioned } from './catalog.js'

/** What a token is good for. Source: Identity API v3, `auth.scope`. */
export interface Scope {
  project: object
}

export interface Token {
  /** The secret that goes into `X-Auth-Token`. */
  id: string
  /** Id of the project that it is scoped to. */
  project: string
  catalog: Catalog
  /** How long it lives from its issue, in milliseconds: by Keystone's clock alone, so that ours may differ. */
  life: number
}

/** A wrong secret or a project without a role; a credential that may not go there; a token or a credential that is no more. */
const refusals = [401, 403, 404]

/**
 * A new token: one login, or one rescoping of a token in hand.
 * Source: Identity API v3, `POST /v3/auth/tokens`.
 * @throws UpstreamError `refused` where Keystone does not accept the credential, or where it has no role on the project.
 */
export async function issueToken (upstream: Upstream, authUrl: string, identity: object, scope?: Scope): Promise<Token> {
  const { status, headers, body } = await upstream('identity', {
    operation: 'issue-token',
    method: 'POST',
    url: `${versioned(authUrl, 'identity')}/auth/tokens`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope } }),
    expect: refusals
  })
  if (refusals.includes(status)) throw new UpstreamError('identity', 'refused', `refuses the service's credential (${status})`, { status })
  const { token } = tokenIn(body)
  const id = headers['x-subject-token']
  const life = Date.parse(token.expires_at) - Date.parse(token.issued_at)
  if (typeof id !== 'string' || !(life > 0)) throw new UpstreamError('identity', 'invalid', 'answered a login without a token')
  if (token.project === undefined) throw new UpstreamError('identity', 'refused', 'the credential has no project: set OS_PROJECT_NAME')
  return { id, project: token.project.id, catalog: token.catalog ?? [], life }
}

const tokenIn = shape('identity', 'a login', Type.Object({
  token: Type.Object({
    issued_at: Type.String(),
    expires_at: Type.String(),
    project: Type.Optional(Type.Object({ id: Type.String() })),
    catalog: Type.Optional(Catalog)
  })
}))

/** The `auth.identity` that turns a token into one of another scope. */
export const byToken = ({ id }: Token) => ({ methods: ['token'], token: { id } })
