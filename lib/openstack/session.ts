import { LRUCache } from 'lru-cache'
import type { Clock } from '#lib/cache/cache.js'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamRequest, UpstreamResponse } from '#lib/upstream/request.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { findEndpoint, versionDocumentUrl, withVersion } from './catalog.js'
import type { CatalogService } from './catalog.js'
import type { CloudConfig } from './clouds-yaml.js'
import type { Token } from './login.js'
import { createTokenStore, maxScopes } from './tokens.js'

export interface Session {
  /**
   * One GET with a token, of the credential's own scope or of a project. `path` follows the service's URL.
   */
  get (service: CatalogService, path: string, options: GetOptions): Promise<UpstreamResponse>
  /** A service's version document. */
  version (service: CatalogService): Promise<UpstreamResponse>
  /** The token of the credential's own scope, or of a project. */
  token (project?: string): Promise<Token>
}

export type GetOptions = Pick<UpstreamRequest, 'operation' | 'headers' | 'expect'> & { project?: string }

/** Milliseconds until a catalog without a service is fetched again for the first time. */
const catalogRetryMs = 2_000

interface Target {
  token: Token
  endpoint: string
}

/** Sends requests to a cloud's services, at the endpoints of its service catalog. */
export function createSession (cloud: CloudConfig, upstream: CallUpstream, clock: Clock): Session {
  const tokens = createTokenStore(cloud, upstream, clock)
  /** By service and scope: since when the catalog lacks the service, and when it is fetched again. */
  const missing = new LRUCache<string, { since: number, retryAt: number }>({ max: maxScopes })

  function endpointOf (service: CatalogService, token: Token) {
    const override = cloud.overrides[service]
    if (override === undefined) return findEndpoint(token.catalog, service, cloud, token.project)
    return withVersion(override.replaceAll('%(project_id)s', token.project), service, token.project)
  }

  /**
   * A token, and the service's endpoint by its catalog. An operator may have registered a missing service
   * since the login, so the catalog is fetched again with a new token: after two seconds, and then whenever
   * the service has been missing for twice as long. If no login succeeds, the present token still works for
   * other services.
   */
  async function findTarget (service: CatalogService, project?: string): Promise<Target> {
    const key = `${service} ${project ?? ''}`
    const token = await tokens.of(project).get()
    try {
      const endpoint = endpointOf(service, token)
      missing.delete(key)
      return { token, endpoint }
    } catch (err) {
      const now = clock.now()
      const { since, retryAt } = missing.get(key) ?? { since: now, retryAt: now + catalogRetryMs }
      missing.set(key, { since, retryAt: now < retryAt ? retryAt : now + (now - since) })
      if (now < retryAt) throw err
    }
    const renewed = await tokens.of(project).replace(token).catch((err: unknown) => {
      if (!(err instanceof UpstreamError)) throw err
      clock.onBackgroundError(err)
      return token
    })
    return { token: renewed, endpoint: endpointOf(service, renewed) }
  }

  /** One GET with a token, retried with a new token where the service rejects the first one. */
  async function getWithToken (
    service: CatalogService,
    urlOf: (endpoint: string) => string,
    { operation, project, headers, expect = [] }: GetOptions
  ) {
    const send = ({ token, endpoint }: Target, expect: number[]) => upstream(service, {
      operation,
      url: urlOf(endpoint),
      headers: { ...headers, 'x-auth-token': token.id, accept: 'application/json' },
      expect
    })
    const target = await findTarget(service, project)
    const response = await send(target, [401, ...expect])
    if (response.status !== 401) return response
    await tokens.replace(target.token, project)
    const renewed = await findTarget(service, project)
    if (renewed.token === target.token) {
      throw new UpstreamError(service, 'refused', 'rejected a token that was just issued')
    }
    // A second 401 counts as a failure.
    return await send(renewed, expect)
  }

  return {
    get: (service, path, options) => getWithToken(service, (endpoint) => endpoint + path, options),
    version: (service) => getWithToken(service, versionDocumentUrl, { operation: 'show-version' }),
    token: (project) => tokens.of(project).get()
  }
}
