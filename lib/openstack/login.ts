import { Type } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamResponse } from '#lib/upstream/request.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { readCatalog, withVersion } from './catalog.js'
import type { Catalog } from './catalog.js'

/** The scope of a login. Source: Identity API v3, `auth.scope`. */
export interface LoginScope {
  project: object
}

export interface Token {
  /** The secret that goes into `X-Auth-Token`. */
  id: string
  /** Id of the project that it is scoped to. */
  project: string
  /** Its catalog, as far as it is used. */
  catalog: Catalog
  /** Milliseconds from its issue to its expiry, both by Keystone's clock, so that ours may differ. */
  life: number
}

export interface LoginOptions {
  authUrl: string
  /** The `auth.identity` of a login, in Keystone's own format. */
  identity: object
  /**
   * The project to log in to. Without it Keystone decides: the user's default project, or the application
   * credential's.
   */
  scope?: LoginScope
}

/** Keystone's statuses for a token that was revoked, has no role on the project, or may not be rescoped. */
const rescopeRejections = [401, 403, 404]

/**
 * A new token, by the credential.
 * @throws UpstreamError `refused` where Keystone rejects the credential
 */
export async function logIn (
  upstream: CallUpstream, { authUrl, identity, scope }: LoginOptions
): Promise<Token> {
  return tokenFrom(await issueToken(upstream, authUrl, { identity, scope }))
}

/**
 * A token of a project, by another token.
 * @returns `undefined` where Keystone issues none, because of the project or because of the other token
 * @throws UpstreamError
 */
export async function rescope (
  upstream: CallUpstream, authUrl: string, { id }: Token, project: string
): Promise<Token | undefined> {
  const auth = { identity: { methods: ['token'], token: { id } }, scope: { project: { id: project } } }
  const response = await issueToken(upstream, authUrl, auth, rescopeRejections)
  return rescopeRejections.includes(response.status) ? undefined : tokenFrom(response)
}

/**
 * A response to a login.
 * @param auth Keystone's own `auth`, with the identity and the scope
 * @param expect statuses of a rejected login that the caller handles
 * Source: Identity API v3, `POST /v3/auth/tokens`.
 */
export const issueToken = (
  upstream: CallUpstream,
  authUrl: string,
  auth: object,
  expect?: number[],
  headers?: Record<string, string>
) =>
  upstream('identity', {
    operation: 'issue-token',
    method: 'POST',
    url: `${withVersion(authUrl, 'identity')}/auth/tokens`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
    expect,
    // Keystone reports an unknown application credential with 404.
    credentialRejected: [401, 403, 404]
  })

function tokenFrom ({ headers, body }: UpstreamResponse): Token {
  const { token } = validateLogin(body)
  const id = headers['x-subject-token']
  const life = Date.parse(token.expires_at) - Date.parse(token.issued_at)
  if (typeof id !== 'string' || !(life > 0)) {
    throw new UpstreamError('identity', 'invalid', 'returned a login response without a token')
  }
  if (token.project === undefined) {
    throw new UpstreamError('identity', 'refused', 'the credential has no project: set OS_PROJECT_NAME')
  }
  return { id, project: token.project.id, catalog: readCatalog(token.catalog ?? []), life }
}

const validateLogin = responseValidator('identity', 'a login', Type.Object({
  token: Type.Object({
    issued_at: Type.String(),
    expires_at: Type.String(),
    project: Type.Optional(Type.Object({ id: Type.String() })),
    catalog: Type.Optional(Type.Array(Type.Unknown()))
  })
}))
