import { hash } from 'node:crypto'
import pLimit from 'p-limit'
import { createCache } from '#lib/cache/cache.js'
import type { Clock } from '#lib/cache/cache.js'
import { TokenNotValidated, UpstreamError } from '#lib/errors.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'
import { parseAccessRules } from './access-rules.js'
import type { PathRule } from './access-rules.js'
import { scopeFromToken } from './scope.js'
import type { Roles, Scope } from './scope.js'
import { invalidToken } from './token.js'

/** A caller, as far as its token describes it. */
export interface Caller {
  /** The user, and the token's own scope: for the log and the limits. */
  ids: CallerIds
  scope: Scope
  /**
   * The only requests that the token may be used for, where it is an application credential's with access
   * rules.
   */
  rules?: PathRule[]
}

export interface CallerIds {
  userId: string
  projectId?: string
  domainId?: string
  system?: true
}

export interface AuthenticatorOptions {
  /** Milliseconds for which a validation is cached; a revoked token works until then. */
  ttl: number
  roles: Roles
}

/** Bytes of cached callers: about 15,000 of them. */
const maxBytes = 8 * 1024 * 1024

/** Milliseconds for which a token counts as invalid: a client that repeats it must not keep Keystone busy. */
const invalidTokenTtlMs = 10_000

/**
 * Validations at once. Made-up tokens must not take Keystone's concurrency limit, which is 32 by default,
 * from the service's own logins and reads.
 */
const maxConcurrent = 8
/** Queued validations: at 20 ms each, the last one waits for a second. */
const maxQueued = 400
/**
 * Milliseconds in the queue: where Keystone hangs, each of those ahead takes all of its time, eight by eight.
 */
const queueTimeoutMs = 2_000

/**
 * Identifies callers by their tokens. It caches only hashes of tokens. One validation serves all concurrent
 * and later requests with a token, until the token expires.
 */
export function createAuthenticator (
  validate: (token: string) => Promise<ValidatedToken | undefined>,
  { ttl, roles }: AuthenticatorOptions,
  clock: Clock
) {
  const cache = createCache<{ caller?: Caller }>({ maxBytes, sizeOf, staleIfError: ttl }, clock)
  const limit = pLimit(maxConcurrent)

  /** Validates a token that has left the queue. */
  async function validateQueued (token: string, queuedAt: number) {
    if (performance.now() - queuedAt > queueTimeoutMs) throw queueFull()
    return await validate(token)
  }

  async function validateInTurn (token: string) {
    try {
      if (limit.pendingCount >= maxQueued) throw queueFull()
      return await limit(validateQueued, token, performance.now())
    } catch (err) {
      // That Keystone rejects the service's own credential is not temporary.
      throw err instanceof UpstreamError && err.reason !== 'refused' ? new TokenNotValidated(err) : err
    }
  }

  async function load (token: string) {
    const valid = await validateInTurn(token)
    if (valid === undefined) return { value: {}, complete: true, expiresAt: clock.now() + invalidTokenTtlMs }
    return {
      value: { caller: callerFrom(valid, roles) },
      complete: true,
      expiresAt: Date.parse(valid.expires_at)
    }
  }

  const keyOf = (token: string) => hash('sha256', token, 'base64url')

  return {
    /**
     * The caller of a cached validation. It is synchronous: a promise would cost more than the rest of a
     * cached response.
     */
    cached: (token: string) => cache.getFresh(keyOf(token))?.value.caller,

    /**
     * The caller with a token.
     * @throws Unauthorized; TokenNotValidated where Keystone fails; UpstreamError where the service may not
     * validate
     */
    async authenticate (token: string): Promise<Caller> {
      const { value: { caller } } = await cache.get(keyOf(token), { ttl }, () => load(token))
      if (caller === undefined) throw invalidToken()
      return caller
    },
    /** Rejects a token that was revoked, without a validation. */
    forget: (token: string) => { cache.set(keyOf(token), { ttl: invalidTokenTtlMs }, {}) },
    /** How many validations are queued. */
    queued: () => limit.pendingCount,
    stats: cache.stats
  }
}

/** The caller that a valid token describes. */
export function callerFrom (valid: ValidatedToken, roles: Roles): Caller {
  const ids = idsOf(valid)
  const given = valid.application_credential?.access_rules
  const rules = given && parseAccessRules(given)
  if (given !== undefined && rules === undefined) {
    const reason = 'the access rules of the application credential are too long'
    return { ids, scope: { sees: 'none', reason } }
  }
  return { ids, scope: scopeFromToken(valid, roles), rules }
}

const idsOf = ({ user, project, domain, system }: ValidatedToken): CallerIds => ({
  userId: user.id,
  ...(project && { projectId: project.id }),
  ...(domain && { domainId: domain.id }),
  ...(system && { system: true })
})

const queueFull = () => new UpstreamError('identity', 'queue-full', 'has too many queued token validations')

const sizeOf = (value: object) => 512 + JSON.stringify(value).length
