import { UpstreamError } from '#lib/errors.js'
import type { Clock } from '#lib/cache/cache.js'
import type { UpstreamRequest, UpstreamResponse } from '#lib/upstream/request.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { findEndpoint, withVersion, versionDocumentUrl } from './catalog.js'
import type { CatalogService } from './catalog.js'
import type { CloudConfig } from './clouds-yaml.js'
import type { Token } from './login.js'
import { createTokenStore } from './tokens.js'

export interface Session {
  /** One GET with a token, of the credential's own scope or of a project's. `path` comes after the service's URL. */
  get (role: CatalogService, path: string, options: GetOptions): Promise<UpstreamResponse>
  /** A service's version document. */
  version (role: CatalogService): Promise<UpstreamResponse>
  /** The token of the credential's own scope, or of a project's. */
  token (project?: string): Promise<Token>
}

export type GetOptions = Pick<UpstreamRequest, 'operation' | 'headers' | 'expect'> & { project?: string }

/** Milliseconds until a catalog that does not have a service is looked at again for the first time. */
const firstLook = 2_000

/** Asks a cloud's services, each where its catalog says that it is. */
export function createSession (cloud: CloudConfig, upstream: CallUpstream, clock: Clock): Session {
  const tokens = createTokenStore(cloud, upstream, clock)
  /** Since when a service has been missing in a scope's catalog, and when it is looked for in a new one. */
  const missing = new Map<string, { since: number, look: number }>()

  function endpointOf (role: CatalogService, token: Token) {
    const override = cloud.overrides[role]
    if (override !== undefined) return withVersion(override.replaceAll('%(project_id)s', token.project), role)
    return findEndpoint(token.catalog, role, cloud)
  }

  /**
   * A token, and where a service is by its catalog. One that is missing may have been put there since the login, which a new one tells. A cloud that
   * does not have it is not to answer many: it is looked for after two seconds, and then whenever it has been missing for twice as long. Where no
   * login can be had, the token in hand is as good as it was to the services that it knows.
   */
  async function find (role: CatalogService, project?: string) {
    const key = `${role} ${project ?? ''}`
    const token = await tokens.of(project).get()
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
    const renewed = await tokens.of(project).replace(token).catch((err: unknown) => {
      if (!(err instanceof UpstreamError)) throw err
      clock.onBackgroundError(err)
      return token
    })
    return { token: renewed, endpoint: endpointOf(role, renewed) }
  }

  /** One GET with a token, and once more with a new one if that is refused. Only that one is expected to be: another is a failure, and counted as one. */
  async function ask (role: CatalogService, urlIn: (endpoint: string) => string, { operation, project, headers, expect = [] }: GetOptions) {
    const call = ({ token, endpoint }: Found, expect: number[]) => upstream(role, {
      operation,
      url: urlIn(endpoint),
      headers: { ...headers, 'x-auth-token': token.id, accept: 'application/json' },
      expect
    })
    const found = await find(role, project)
    const answer = await call(found, [401, ...expect])
    if (answer.status !== 401) return answer
    await tokens.replace(found.token, project)
    const renewed = await find(role, project)
    if (renewed.token === found.token) throw new UpstreamError(role, 'refused', 'rejected a token that was just issued')
    return await call(renewed, expect)
  }

  return {
    get: (role, path, options) => ask(role, (endpoint) => endpoint + path, options),
    version: (role) => ask(role, versionDocumentUrl, { operation: 'show-version' }),
    token: (project) => tokens.of(project).get()
  }
}

interface Found {
  token: Token
  endpoint: string
}
