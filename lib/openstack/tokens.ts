import { NotFound, UpstreamError } from '#lib/errors.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import type { Clock } from '#lib/cache/cache.js'
import type { RefreshingValue } from '#lib/cache/refreshing-value.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { CloudConfig } from './clouds-yaml.js'
import { logIn, rescope } from './login.js'
import type { Token } from './login.js'

/** Milliseconds after a login that was refused in which none is tried: each costs Keystone the hash of a password, and may lock the account. */
const refusedFor = 2_000

/** Milliseconds in which a scope's token is replaced once at the most: where every token is refused, a login a request would be of no use. */
const replacedFor = 5_000

/** The tokens of a credential, of its own scope and of projects: one a scope, had when it is first needed, and renewed at 80 % of its life. */
export function createTokenStore (cloud: CloudConfig, upstream: CallUpstream, clock: Clock) {
  const own = keepToken(logInOnce)
  const rescoped = new Map<string, RefreshingValue<Token>>()
  const replacements = new Map<string | undefined, { at: number, done: Promise<Token> }>()
  let refused: { err: UpstreamError, at: number } | undefined

  function keepToken (read: () => Promise<Token>) {
    return createRefreshingValue(read, ({ life }) => ({ ttl: 0.8 * life, staleWhileRevalidate: 0.2 * life }), clock)
  }

  /** Whether a moment is less ago than that: where the clock was set back, nobody knows. */
  const isRecent = (at: number | undefined, milliseconds: number) => at !== undefined && Math.abs(clock.now() - at) < milliseconds

  async function logInOnce () {
    if (isRecent(refused?.at, refusedFor)) throw refused!.err
    try {
      return await logIn(upstream, cloud)
    } catch (err) {
      if (err instanceof UpstreamError && err.reason === 'refused') refused = { err, at: clock.now() }
      throw err
    }
  }

  /** A project's token, from the credential's own: a login by password costs Keystone ten times as much. */
  async function rescopeTo (project: string) {
    const base = await own.get()
    const token = await rescope(upstream, cloud.authUrl, base, project)
    if (token !== undefined) return token
    // No role on the project, or a base that was revoked: a new base tells.
    await replace(base)
    const renewed = await rescope(upstream, cloud.authUrl, await own.get(), project)
    if (renewed === undefined) throw new NotFound('no such project')
    return renewed
  }

  function of (project?: string) {
    if (project === undefined) return own
    let tokens = rescoped.get(project)
    if (tokens === undefined) rescoped.set(project, tokens = keepToken(() => rescopeTo(project)))
    return tokens
  }

  /**
   * Has another token in place of one that was refused; but not one after the other.
   * @throws UpstreamError where none can be had, or could be a moment ago. This one stays in hand then, for it may be good to other services.
   */
  async function replace (token: Token, project?: string) {
    let replacement = replacements.get(project)
    if (replacement === undefined || !isRecent(replacement.at, replacedFor)) {
      replacement = { at: clock.now(), done: of(project).replace(token) }
      replacements.set(project, replacement)
    }
    await replacement.done
  }

  return { of, replace }
}
