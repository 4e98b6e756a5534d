import { Type } from '@sinclair/typebox'
import { Unauthorized, UpstreamError } from '#lib/errors.js'
import { recordReader } from '#lib/upstream/record-reader.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { UserScopes } from '#schemas/session.js'
import { withVersion } from './catalog.js'
import { listAll, pageReader } from './list.js'
import type { Page } from './list.js'
import { issueToken } from './login.js'
import type { Session } from './session.js'
import { ValidatedToken } from './token-validation.js'

/** A token that Keystone issued for a user, and what it says. */
export interface UserToken {
  id: string
  facts: ValidatedToken
}

/** The proof that a user has sent some of the factors that Keystone requires. */
export interface Receipt {
  receipt: string
  /** The methods that are missing, for each choice that Keystone accepts. */
  missing: string[][]
}

/** Keystone's statuses for a login that it rejects, whatever the reason. */
const rejections = [400, 401, 403, 404]
/** Its statuses for a read that a valid token does not allow. */
const unreadable = [403, 404]

const validateIssued = responseValidator('identity', 'a login', Type.Object({ token: ValidatedToken }))
/** Source: Identity API v3, "Multi-Factor Authentication with Auth Receipts". */
const validateReceipt = responseValidator('identity', 'a receipt', Type.Object({
  receipt: Type.Object({ methods: Type.Array(Type.String()) }),
  required_auth_methods: Type.Array(Type.Array(Type.String()))
}))
const readUser = recordReader(Type.Object({ default_project_id: Type.String() }))
const validateUser = responseValidator('identity', 'a user', Type.Object({ user: Type.Object({}) }))
const validateSystem = responseValidator(
  'identity', 'a list of system scopes', Type.Object({ system: Type.Array(Type.Unknown()) })
)
const readProjects = pageReader('identity', 'a list of projects', 'projects', Type.Object({
  id: Type.String(), name: Type.String(), domain_id: Type.String(), enabled: Type.Boolean()
}))
const readDomains = pageReader('identity', 'a list of domains', 'domains', Type.Object({
  id: Type.String(), name: Type.String(), enabled: Type.Boolean()
}))
const validateAssignments = responseValidator('identity', 'a list of role assignments', Type.Object({
  role_assignments: Type.Array(Type.Object({
    role: Type.Object({ name: Type.Optional(Type.String()) }),
    scope: Type.Object({ project: Type.Optional(Type.Object({ id: Type.String() })) })
  }))
}))

/**
 * Tokens of users, and reads with them. Users log in through the same upstream client as the service itself.
 * @param session of the service's own credential
 */
export function createUserTokens (
  { authUrl }: { authUrl: string }, upstream: CallUpstream, session: Pick<Session, 'get'>
) {
  const keystone = withVersion(authUrl, 'identity')

  /**
   * One GET with a user's token.
   * @returns `undefined` where the token does not allow it
   * @throws Unauthorized where the token is not valid; UpstreamError
   */
  async function readAs (token: string, operation: string, path: string): Promise<unknown> {
    const { status, body } = await upstream('identity', {
      operation,
      url: keystone + path,
      headers: { 'x-auth-token': token, accept: 'application/json' },
      expect: [401, ...unreadable]
    })
    if (status === 401) throw new Unauthorized('the sign-in has ended')
    return unreadable.includes(status) ? undefined : body
  }

  /** A list of the user's own; without any record where the token does not allow it. */
  const listAs = <Item extends { id: string, enabled: boolean | null }>(
    token: string, key: string, read: (body: unknown) => Page<Item>
  ) => listAll(async (query) =>
      read(await readAs(token, `list-own-${key}`, `/auth/${key}?${query}`) ?? { [key]: [] }))

  return {
    /**
     * Logs a user in, or gives a user's token another scope.
     * @param auth Keystone's own `auth`
     * @param receipt that of an earlier login, which lacked a factor
     * @returns the token, or a receipt where a factor is missing; `undefined` where Keystone rejects it
     * @throws UpstreamError
     */
    async issueUserToken (auth: object, receipt?: string): Promise<UserToken | Receipt | undefined> {
      const sent = receipt === undefined ? undefined : { 'openstack-auth-receipt': receipt }
      const { status, headers, body } = await issueToken(upstream, authUrl, auth, rejections, sent)
      const issued = headers['openstack-auth-receipt']
      if (status === 401 && typeof issued === 'string') {
        const { receipt: { methods }, required_auth_methods: choices } = validateReceipt(body)
        const missing = choices.map((choice) => choice.filter((method) => !methods.includes(method)))
        return { receipt: issued, missing }
      }
      if (rejections.includes(status)) return undefined
      const id = headers['x-subject-token']
      if (typeof id !== 'string') {
        throw new UpstreamError('identity', 'invalid', 'returned a login response without a token')
      }
      return { id, facts: validateIssued(body).token }
    },

    /**
     * The scopes that a user may choose, without disabled projects and domains.
     * @throws Unauthorized, UpstreamError
     */
    async userScopes (token: string): Promise<UserScopes> {
      const [projects, domains, system] = await Promise.all([
        listAs(token, 'projects', readProjects),
        listAs(token, 'domains', readDomains),
        readAs(token, 'list-own-system', '/auth/system')
      ])
      const enabled = <Item extends { enabled: boolean | null }>(items: Item[]) =>
        items.filter(({ enabled }) => enabled !== false)
      return {
        projects: enabled(projects.items)
          .map(({ id, name, domain_id: domainId }) => ({ id, name, domainId })).sort(byName),
        domains: enabled(domains.items).map(({ id, name }) => ({ id, name })).sort(byName),
        system: system !== undefined && validateSystem(system).system.length > 0,
        complete: projects.complete && domains.complete
      }
    },

    /** The id of a user's default project, where there is one. @throws Unauthorized, UpstreamError */
    async defaultProjectOf (token: string, user: string): Promise<string | undefined> {
      const body = await readAs(token, 'show-user', `/users/${encodeURIComponent(user)}`)
      if (body === undefined) return undefined
      return readUser(validateUser(body).user).default_project_id ?? undefined
    },

    /**
     * Ids of the projects on which a user has the role `admin`, by groups and implied roles as well. None
     * where the service's credential may not list role assignments, as one that is no admin's.
     * @throws UpstreamError
     */
    async adminProjectsOf (user: string): Promise<string[]> {
      const query = new URLSearchParams({ 'user.id': user, effective: 'true', include_names: 'true' })
      const { status, body } = await session.get('identity', `/role_assignments?${query}`, {
        operation: 'list-role-assignments', expect: unreadable
      })
      if (status !== 200) return []
      return validateAssignments(body).role_assignments
        .filter(({ role }) => role.name?.toLowerCase() === 'admin')
        .flatMap(({ scope: { project } }) => project === undefined ? [] : [project.id])
    },

    /**
     * Revokes a token by itself. One that is not valid any more needs it no longer.
     * @throws UpstreamError
     */
    async revokeToken (token: string): Promise<void> {
      await upstream('identity', {
        operation: 'revoke-token',
        method: 'DELETE',
        url: `${keystone}/auth/tokens`,
        headers: { 'x-auth-token': token, 'x-subject-token': token },
        idempotent: true,
        expect: [401, 403, 404]
      })
    }
  }
}

const byName = (a: { name: string | null }, b: { name: string | null }) =>
  String(a.name).localeCompare(String(b.name), 'en')
