import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import type { RefreshingValue } from '#lib/cache/refreshing-value.js'
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
 * The tokens of a credential: one for its own scope, and one for each project that it reads. Each is issued
 * when it is first needed, and renewed at 80 % of its life.
 */
export function createTokenStore (cloud: CloudConfig, upstream: CallUpstream, clock: Clock) {
  const ownToken = createToken(logInWithBackoff)
  const projectTokens = new Map<string, RefreshingValue<Token>>()
  const replacements = new Map<string | undefined, { at: number, done: Promise<Token> }>()
  let rejectedLogin: { err: UpstreamError, at: number } | undefined

  function createToken (issue: () => Promise<Token>) {
    return createRefreshingValue(
      issue, ({ life }) => ({ ttl: 0.8 * life, staleWhileRevalidate: 0.2 * life }), clock
    )
  }

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
  function of (project?: string) {
    if (project === undefined) return ownToken
    let token = projectTokens.get(project)
    if (token === undefined) {
      token = createToken(() => issueProjectToken(project))
      projectTokens.set(project, token)
    }
    return token
  }

  /**
   * Replaces a rejected token, at most once per interval. If Keystone issues no other one, the token stays:
   * other services may still accept it.
   * @throws UpstreamError where Keystone issues no other one, now or earlier in the interval
   */
  async function replace (token: Token, project?: string) {
    let replacement = replacements.get(project)
    if (replacement === undefined || !isRecent(replacement.at, replacementIntervalMs)) {
      replacement = { at: clock.now(), done: of(project).replace(token) }
      replacements.set(project, replacement)
    }
    await replacement.done
  }

  return { of, replace }
}
