import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import pLimit from 'p-limit'
import { Forbidden, Unauthorized, UpstreamError } from '#lib/errors.js'
import type { OpenStack } from '#lib/openstack/client.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'
import type { UserToken } from '#lib/openstack/user-tokens.js'
import type { ScopeChoice, SignIn, UserScopes } from '#schemas/session.js'
import { callerFrom } from './authenticate.js'
import type { Caller } from './authenticate.js'
import type { Roles } from './scope.js'
import { isToken } from './token.js'

const Text = Type.Union([Type.String(), Type.Null()])

/** A signed-in user, as a sealed cookie holds it. */
export const Session = Type.Object({
  /** The token that the user's requests count with. */
  token: Type.String(),
  /** The token that tokens of other scopes are issued with; `token` unless set. */
  base: Type.Optional(Type.String()),
  /** Whether the user brought that token along: it is not revoked, because it may be in use elsewhere. */
  isBrought: Type.Optional(Type.Literal(true)),
  user: Type.Object({ name: Text, domain: Text }),
  scope: Type.Object({
    sees: Type.Union((['all', 'domain', 'project', 'none'] as const).map((sees) => Type.Literal(sees))),
    id: Text,
    name: Text
  }),
  /** Unix milliseconds. */
  expires: Type.Number()
})
export type Session = Static<typeof Session>

/** The result of a sign-in: a session, or the missing factors with a receipt for the others. */
export type SignInResult = { session: Session, caller: Caller } | { needs: string[], receipt: string }

type Keystone = Pick<
  OpenStack,
  'issueUserToken' | 'userScopes' | 'defaultProjectOf' | 'adminProjectsOf' | 'revokeToken' | 'validateToken'
>

/** Logins at Keystone at once: each costs it a password hash. */
const maxConcurrent = 4
const maxQueued = 100

/** Milliseconds that a rejected login takes at least, whatever the reason, so that its time shows none. */
const minRejectionMs = 400

/** The factors that a user can send beside a password. */
const knownFactors = ['totp']

/** Functions that are called when a session ends. */
export interface SessionObserver {
  /** Receives each token that is not to be accepted any more. */
  tokenEnded: (token: string) => void
  /** Receives the failure of Keystone to revoke one. */
  revocationFailed: (err: unknown) => void
}

/** Sessions of users at Keystone. A session is a value in its user's browser; nothing is stored here. */
export function createSessions (
  keystone: Keystone, roles: Roles, { tokenEnded, revocationFailed }: SessionObserver
) {
  const limit = pLimit(maxConcurrent)

  async function inTurn<Result> (work: () => Promise<Result>) {
    if (limit.pendingCount >= maxQueued) {
      throw new UpstreamError('identity', 'queue-full', 'has too many queued logins')
    }
    return await limit(work)
  }

  /** A login that may lack a factor. */
  async function logIn (login: SignIn, receipt?: string): Promise<SignInResult> {
    if (login.method === 'token') return await enter(login.token, true)
    // A receipt belongs to one user, and a login with a password may be another's.
    const used = 'password' in login ? undefined : receipt
    const issued = await keystone.issueUserToken(authOf(login), used)
    if (issued === undefined) throw rejected()
    if ('receipt' in issued) {
      const needs = issued.missing.find((methods) => methods.every((name) => knownFactors.includes(name)))
      if (needs === undefined) throw rejected()
      return { needs, receipt: issued.receipt }
    }
    return login.method === 'password' ? await withScope(issued) : signedIn(issued)
  }

  /** Signs in with a token that Keystone issued to the user, or to this service for the user. */
  async function enter (id: string, isBrought: boolean) {
    const facts = isToken(id) ? await keystone.validateToken(id) : undefined
    if (facts === undefined) throw rejected()
    const brought = isBrought ? { isBrought } as const : {}
    const hasScope = facts.project ?? facts.domain ?? facts.system
    return hasScope === undefined ? await withScope({ id, facts }, brought) : signedIn({ id, facts }, brought)
  }

  /** Signs in with an unscoped token: in the scope of the user's that is most useful. */
  async function withScope (base: UserToken, rest: Partial<Session> = {}) {
    const { id: user } = base.facts.user
    const [scopes, admin, main] = await Promise.all([
      keystone.userScopes(base.id), keystone.adminProjectsOf(user), keystone.defaultProjectOf(base.id, user)
    ])
    const scope = chooseScope(scopes, admin, main)
    const token = scope && await issueWith(base.id, scope)
    return token === undefined ? signedIn(base, rest) : signedIn(token, { ...rest, base: base.id })
  }

  /** A token of another scope; `undefined` where the user has no role there. */
  async function issueWith (id: string, scope: object) {
    const issued = await keystone.issueUserToken({ identity: { methods: ['token'], token: { id } }, scope })
    return issued !== undefined && 'id' in issued ? issued : undefined
  }

  function signedIn ({ id, facts }: UserToken, rest: Partial<Session> = {}) {
    const caller = callerFrom(facts, roles)
    return { session: { ...describe(facts, caller), ...rest, token: id }, caller }
  }

  async function revoke (tokens: string[]) {
    await Promise.all(tokens.map((token) => keystone.revokeToken(token).catch(revocationFailed)))
  }

  return {
    /**
     * Signs a user in.
     * @param receipt that of the user's last sign-in, which lacked a factor
     * @throws Unauthorized for every login that Keystone rejects; UpstreamError
     */
    async signIn (login: SignIn, receipt?: string): Promise<SignInResult> {
      return await slowly(() => inTurn(() => logIn(login, receipt)))
    },

    /**
     * Signs a user in with the token of a single sign-on.
     * @throws Unauthorized, UpstreamError
     */
    async signOn (token: string) {
      return await slowly(() => inTurn(() => enter(token, false)))
    },

    /** The scopes that the user of a session may choose. @throws Unauthorized, UpstreamError */
    scopes: ({ base, token }: Session): Promise<UserScopes> =>
      inTurn(() => keystone.userScopes(base ?? token)),

    /**
     * A session of the same user with another scope. The token of the former scope is revoked; requests of
     * other tabs may still arrive with it, and succeed while its validation is cached.
     * @throws Forbidden where Keystone issues no token of it; UpstreamError
     */
    async rescope (session: Session, choice: ScopeChoice) {
      const { base = session.token, isBrought } = session
      const token = await inTurn(() => issueWith(base, scopeOf(choice)))
      if (token === undefined) throw new Forbidden('Keystone does not let this user choose this scope')
      if (session.base !== undefined) await revoke([session.token])
      return signedIn(token, { base, ...(isBrought && { isBrought }) })
    },

    /** Ends a session: revokes the tokens that were issued for it. It never fails. */
    async signOut ({ token, base, isBrought }: Session): Promise<void> {
      const brought = isBrought ? base ?? token : undefined
      const tokens = [token, ...base === undefined ? [] : [base]].filter((id) => id !== brought)
      tokens.forEach(tokenEnded)
      await revoke(tokens)
    }
  }
}

/** The error of every rejected sign-in, so that none shows what was wrong. */
const rejected = () => new Unauthorized('Keystone does not accept this sign-in')

async function slowly<Result> (work: () => Promise<Result>) {
  const start = performance.now()
  try {
    return await work()
  } catch (err) {
    if (err instanceof Unauthorized) await sleep(Math.max(0, minRejectionMs - (performance.now() - start)))
    throw err
  }
}

/** Keystone's `auth` of a login. Source: Identity API v3, `POST /v3/auth/tokens`. */
function authOf (login: Exclude<SignIn, { method: 'token' }>) {
  if (login.method === 'applicationCredential') {
    const { id, secret } = login
    return { identity: { methods: ['application_credential'], application_credential: { id, secret } } }
  }
  const user = { name: login.user, domain: { name: login.domain } }
  const factors = {
    ...('password' in login && { password: { user: { ...user, password: login.password } } }),
    ...(login.passcode !== undefined && { totp: { user: { ...user, passcode: login.passcode } } })
  }
  return { identity: { methods: Object.keys(factors), ...factors }, scope: 'unscoped' }
}

/**
 * The scope of a sign-in: a project where the user is an admin, else the user's default project, else the
 * first project, domain or system.
 */
function chooseScope ({ projects, domains: [domain], system }: UserScopes, admin: string[], main?: string) {
  const isMain = ({ id }: { id: string }) => id === main
  const administered = projects.filter(({ id }) => admin.includes(id))
  const project = [administered.find(isMain), administered[0], projects.find(isMain), projects[0]]
    .find((project) => project !== undefined)
  if (project !== undefined) return { project: { id: project.id } }
  if (domain !== undefined) return { domain: { id: domain.id } }
  return system ? { system: { all: true } } : undefined
}

function scopeOf (choice: ScopeChoice) {
  if ('project' in choice) return { project: { id: choice.project } }
  return 'domain' in choice ? { domain: { id: choice.domain } } : { system: { all: true } }
}

/** The facts of a token that its session shows. */
function describe ({ user, project, domain, expires_at: expiresAt }: ValidatedToken, { scope }: Caller) {
  const expires = Date.parse(expiresAt)
  if (Number.isNaN(expires)) {
    throw new UpstreamError('identity', 'invalid', 'returned a token with a malformed expiry')
  }
  const { id = null, name = null } = project ?? domain ?? {}
  return {
    user: { name: user.name ?? null, domain: user.domain?.name ?? null },
    scope: { sees: scope.sees, id, name },
    expires
  }
}
