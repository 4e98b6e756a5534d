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
  get (role: CatalogRole, path: string, options: GetOptions): Promise<Answer>
  /** A service's version document. */
  version (role: CatalogRole): Promise<Answer>
  /** The token of the credential's own scope, or of a project's. */
  token (project?: string): Promise<Token>
}

export type GetOptions = Pick<Call, 'operation' | 'headers' | 'expect'> & { project?: string }

/** Milliseconds until a catalog that does not have a service is looked at again for the first time. */
const firstLook = 2_000

/** Logs in to a cloud when first needed, and keeps one token a scope, renewed at 80 % of its life. */
export function createSession (cloud: Cloud, upstream: Upstream, clock: Clock): Session {
  const own = keepToken(() => issueToken(upstream, cloud.authUrl, cloud.identity, cloud.scope))
  const rescoped = new Map<string, Keep<Token>>()
  /** Since when a service has been missing in a scope's catalog, and when it is looked for in a new one. */
  const missing = new Map<string, { since: number, look: number }>()

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

  /**
   * A token, and where a service is by its catalog. One that is missing may have been put there since the login, which a new one tells. A cloud that
   * does not have it is not to answer many: it is looked for after two seconds, and then whenever it has been missing for twice as long.
   */
  async function find (role: CatalogRole, project?: string) {
    const key = `${role} ${project ?? ''}`
    const token = await tokens(project).get()
    try {
      const endpoint = endpointOf(role, token)
      missing.delete(key)
      return { token, endpoint }
    } catch (err) {
      const now = clock.now()
      const { since, look } = missing.get(key) ?? { since: now, look: now + firstLook }
      missing.set(key, { since, look: now < look ? look : now + (now - since) })
      if (now < look) throw err
    }
    tokens(project).drop(token)
    const renewed = await tokens(project).get()
    return { token: renewed, endpoint: endpointOf(role, renewed) }
  }

  /** One GET with a token, and once more with a new one if that is refused. */
  async function ask (role: CatalogRole, urlIn: (endpoint: string) => string, { operation, project, headers, expect = [] }: GetOptions) {
    const call = ({ token, endpoint }: Found) => upstream(role, {
      operation,
      url: urlIn(endpoint),
      headers: { ...headers, 'x-auth-token': token.id, accept: 'application/json' },
      expect: [401, ...expect]
    })
    const found = await find(role, project)
    const answer = await call(found)
    if (answer.status !== 401) return answer
    tokens(project).drop(found.token)
    const again = await call(await find(role, project))
    if (again.status === 401) throw new UpstreamError(role, 'refused', 'refuses a token that was just issued')
    return again
  }

  return {
    get: (role, path, options) => ask(role, (endpoint) => endpoint + path, options),
    version: (role) => ask(role, versionRoot, { operation: 'show-version' }),
    token: (project) => tokens(project).get()
  }
}

interface Found {
  token: Token
  endpoint: string
}

const isRefused = (err: unknown) => err instanceof UpstreamError && err.reason === 'refused'
