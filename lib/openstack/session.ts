import { NotFound, UpstreamError } from '../errors.js'
import { keep } from '../keep.js'
import type { Clock, Keep } from '../keep.js'
import type { Answer, Call, Upstream } from '../upstream.js'
import { findEndpoint, versioned, versionRoot } from './catalog.js'
import type { CatalogRole } from './catalog.js'
import type { Cloud } from './clouds.js'
import { byToken, issueToken } from './identity.js'
import type { Token } from './identity.js'

export interface Session {
  /** One GET with a token, of the credential's own scope or of a project's. `path` comes after the service's URL. */
  get (role: CatalogRole, path: string, options?: GetOptions): Promise<Answer>
  /** A service's version document. */
  version (role: CatalogRole): Promise<Answer>
  /** The token of the credential's own scope, or of a project's. */
  token (project?: string): Promise<Token>
}

export type GetOptions = Pick<Call, 'headers' | 'expect'> & { project?: string }

/** Logs in to a cloud when first needed, and keeps one token a scope, renewed at 80 % of its life. */
export function createSession (cloud: Cloud, upstream: Upstream, clock: Clock): Session {
  const own = keepToken(() => issueToken(upstream, cloud.authUrl, cloud.identity, cloud.scope))
  const rescoped = new Map<string, Keep<Token>>()

  function keepToken (read: () => Promise<Token>) {
    return keep(read, ({ life }, readAt) => ({ renew: readAt + 0.8 * life, gone: readAt + life }), clock)
  }

  function tokens (project?: string) {
    if (project === undefined) return own
    let tokens = rescoped.get(project)
    if (tokens === undefined) rescoped.set(project, tokens = keepToken(() => rescope(project)))
    return tokens
  }

  /** A project's token, from the credential's own: a login by password costs Keystone ten times as much. */
  async function rescope (project: string) {
    const scoped = (base: Token) => issueToken(upstream, cloud.authUrl, byToken(base), { project: { id: project } })
    const base = await own.get()
    try {
      return await scoped(base)
    } catch (err) {
      if (!isRefused(err)) throw err
    }
    // No role on the project, or a base that was revoked: a new base tells.
    own.drop(base)
    try {
      return await scoped(await own.get())
    } catch (err) {
      throw isRefused(err) ? new NotFound('no such project') : err
    }
  }

  function endpointOf (role: CatalogRole, token: Token) {
    const override = cloud.overrides[role]
    if (override !== undefined) return versioned(override.replaceAll('%(project_id)s', token.project), role)
    return findEndpoint(token.catalog, role, cloud)
  }

  /** One GET with a token, and once more with a new one if that is refused. */
  async function ask (role: CatalogRole, urlIn: (endpoint: string) => string, { project, headers, expect = [] }: GetOptions) {
    const call = (token: Token) => upstream(role, {
      url: urlIn(endpointOf(role, token)),
      headers: { ...headers, 'x-auth-token': token.id, accept: 'application/json' },
      expect: [401, ...expect]
    })
    const token = await tokens(project).get()
    const answer = await call(token)
    if (answer.status !== 401) return answer
    tokens(project).drop(token)
    const again = await call(await tokens(project).get())
    if (again.status === 401) throw new UpstreamError(role, 'refused', 'refuses a token that was just issued')
    return again
  }

  return {
    get: (role, path, options = {}) => ask(role, (endpoint) => endpoint + path, options),
    version: (role) => ask(role, versionRoot, {}),
    token: (project) => tokens(project).get()
  }
}

const isRefused = (err: unknown) => err instanceof UpstreamError && err.reason === 'refused'
