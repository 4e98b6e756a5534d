import { hash } from 'node:crypto'
import pLimit from 'p-limit'
import { TokenNotValidated, UpstreamError } from '#lib/errors.js'
import { createCache } from '#lib/cache/cache.js'
import type { Clock } from '#lib/cache/cache.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'
import { parseAccessRules } from './access-rules.js'
import type { PathRule } from './access-rules.js'
import { scopeFromToken } from './scope.js'
import type { Scope } from './scope.js'
import { invalidToken } from './token.js'

/** Who asks, as far as his token tells what he may see. */
export interface Caller {
  scope: Scope
  /** The only requests that the token is for, where it is an application credential's with such rules. */
  rules?: PathRule[]
}

export interface AuthenticatorOptions {
  /** Milliseconds that a validation counts; a token that was revoked is good for so long. */
  lifetime: number
  /** Names of roles that see all, beside `admin`. */
  globalRoles: string[]
}

/** The bytes of all callers that are kept: some 15,000. */
const maxBytes = 8 * 1024 * 1024

/** Milliseconds that a token counts as invalid without being asked for again: who insists must not keep Keystone busy. */
const briefly = 10_000

/** Validations at once: who makes tokens up must leave Keystone's turns to the service's own logins and reads, which are 32 by default. */
const mostAtOnce = 8
/** Those that may wait for that: at 20 ms each, the last one does so for a second. */
const mostWaiting = 400
/** Milliseconds that one may wait for that: where Keystone hangs, those ahead of it take all of their time, eight after eight. */
const patience = 2_000

/**
 * Callers by their tokens, of which nothing but a hash is kept. One validation serves all who come with a token at the same time, and
 * those who come later, but none once the token has expired.
 */
export function createAuthenticator (validate: (token: string) => Promise<ValidatedToken | undefined>, { lifetime, globalRoles }: AuthenticatorOptions, clock: Clock) {
  const cache = createCache<{ caller?: Caller }>({ maxBytes, sizeOf, staleIfError: lifetime }, clock)

  const turns = pLimit(mostAtOnce)

  /** A validation that has its turn now, and began to wait for it at `from`. */
  async function askInTurn (token: string, from: number) {
    if (performance.now() - from > patience) throw busy()
    return await validate(token)
  }

  async function ask (token: string) {
    try {
      if (turns.pendingCount >= mostWaiting) throw busy()
      return await turns(askInTurn, token, performance.now())
    } catch (err) {
      // That Keystone does not accept the service's own credential does not pass.
      throw err instanceof UpstreamError && err.reason !== 'refused' ? new TokenNotValidated(err) : err
    }
  }

  async function read (token: string) {
    const valid = await ask(token)
    if (valid === undefined) return { value: {}, complete: true, expiresAt: clock.now() + briefly }
    return { value: { caller: callerWith(valid, globalRoles) }, complete: true, expiresAt: Date.parse(valid.expires_at) }
  }

  const keyOf = (token: string) => hash('sha256', token, 'base64url')

  return {
    /** The caller with a token that has been validated. It costs no promise: that would be more than all else that is done for him. */
    known: (token: string) => cache.getFresh(keyOf(token))?.value.caller,

    /** The caller with a token. @throws Unauthorized; Unvalidated where Keystone does not tell; UpstreamError where the service may not ask. */
    async find (token: string): Promise<Caller> {
      const { value: { caller } } = await cache.get(keyOf(token), { ttl: lifetime }, () => read(token))
      if (caller === undefined) throw invalidToken()
      return caller
    },
    /** How many tokens wait to be validated. */
    waiting: () => turns.pendingCount,
    stats: cache.stats
  }
}

function callerWith (valid: ValidatedToken, globalRoles: string[]): Caller {
  const given = valid.application_credential?.access_rules
  const rules = given && parseAccessRules(given)
  if (given !== undefined && rules === undefined) return { scope: { sees: 'none', reason: 'the access rules of the application credential are too long' } }
  return { scope: scopeFromToken(valid, globalRoles), rules }
}

const busy = () => new UpstreamError('identity', 'queue-full', 'has too many queued token validations')

const sizeOf = (value: object) => 512 + JSON.stringify(value).length
