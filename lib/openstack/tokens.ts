import { LRUCache } from 'lru-cache'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue, createRefreshingValues } from '#lib/cache/refreshing-value.js'
import { NotFound, UpstreamError } from '#lib/errors.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { CloudConfig } from './clouds-yaml.js'
import { logIn, rescope } from './login.js'
import type { Token } from './login.js'

/**
 * Milliseconds after a rejected login without another: each costs Keystone a password hash, and may lock the
 * account.
 */
const loginBackoffMs = 2_000

/**
 * Milliseconds between two replacements of a scope's token: where each token is rejected, more logins do not
 * help.
 */
const replacementIntervalMs = 5_000

/**
 * Bytes of the tokens of projects: a token takes about 4,000, so that there is room for 8,000 projects. Each
 * project beyond that costs a rescoped token whenever it is read.
 */
const maxTokenBytes = 32 * 1024 * 1024
const sizeOf = (token: Token) => 512 + 2 * JSON.stringify(token).length

/** Scopes whose back-off is remembered. Without it, a scope costs a login more at most. */
export const maxScopes = 10_000

/**
 * The tokens of a credential: one for its own scope, and one for each project that it reads. Each is issued
 * when it is first needed, and renewed at 80 % of its life.
 */
export function createTokenStore (cloud: CloudConfig, upstream: CallUpstream, clock: Clock) {
  const ownToken = createRefreshingValue(logInWithBackoff, lifetimesOf, clock)
  const tokenOf = createRefreshingValues(
    issueProjectToken, lifetimesOf, clock, { maxBytes: maxTokenBytes, sizeOf }
  )
  const replacements = new LRUCache<string, { at: number, done: Promise<unknown> }>({ max: maxScopes })
  let rejectedLogin: { err: UpstreamError, at: number } | undefined

  // A clock that was set back makes any moment an old one.
  const isRecent = (at: number | undefined, milliseconds: number) =>
    at !== undefined && Math.abs(clock.now() - at) < milliseconds

  async function logInWithBackoff () {
    if (isRecent(rejectedLogin?.at, loginBackoffMs)) throw rejectedLogin!.err
    try {
      return await logIn(upstream, cloud)
    } catch (err) {
      if (err instanceof UpstreamError && err.reason === 'refused') rejectedLogin = { err, at: clock.now() }
      throw err
    }
  }

  /** A project's token, by the credential's own one: a login by password costs Keystone ten times as much. */
  async function issueProjectToken (project: string) {
    const base = await ownToken.get()
    const token = await rescope(upstream, cloud.authUrl, base, project)
    if (token !== undefined) return token
    // Either the role on the project is missing, or the base was revoked: a new base shows which.
    await replace(base)
    const renewed = await rescope(upstream, cloud.authUrl, await ownToken.get(), project)
    if (renewed === undefined) throw new NotFound('no such project')
    return renewed
  }

  /** The token of the credential's own scope, or of a project. */
  const of = (project?: string) => project === undefined ? ownToken : tokenOf(project)

  /**
   * Replaces a rejected token, at most once per interval. If Keystone issues no other one, the token stays:
   * other services may still accept it.
   * @throws UpstreamError where Keystone issues no other one, now or earlier in the interval
   */
  async function replace (token: Token, project?: string) {
    const scope = project ?? ''
    let replacement = replacements.get(scope)
    if (replacement === undefined || !isRecent(replacement.at, replacementIntervalMs)) {
      replacement = { at: clock.now(), done: of(project).replace(token) }
      replacements.set(scope, replacement)
    }
    await replacement.done
  }

  return { of, replace }
}

const lifetimesOf = ({ life }: Token) => ({ ttl: 0.8 * life, staleWhileRevalidate: 0.2 * life })
