import { Type } from '@sinclair/typebox'
import pLimit from 'p-limit'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { withVersion } from './catalog.js'
import type { CatalogService } from './catalog.js'
import type { CloudConfig } from './clouds-yaml.js'
import { listAll, pageReader, withFilters } from './list.js'
import { createProjectAccess, projectFrom } from './project-access.js'
import type { Project } from './project-access.js'
import { extractQuota, quotaSources } from './quotas.js'
import type { Quota, QuotaSource } from './quotas.js'
import { listServerPage } from './server-pages.js'
import type { GetFromNova } from './server-pages.js'
import { searchServerPages } from './server-search.js'
import type { SearchScope } from './server-search.js'
import { chooseMicroversion, isServerId, readServer, validateServerProject } from './servers.js'
import type { ServerQuery } from './servers.js'
import { createSession } from './session.js'
import { validateToken } from './token-validation.js'
import { createUserTokens } from './user-tokens.js'

export type OpenStack = ReturnType<typeof createOpenStack>

/** Refreshed once an hour, and used until then however long the refresh fails. */
const hourly = { ttl: 3_600_000, staleWhileRevalidate: Infinity }

/**
 * Projects in which a server is looked for at once: more would delay other requests, or not fit into the
 * queue.
 */
const maxConcurrentLookups = 64

const validateProject = responseValidator(
  'identity', 'a project', Type.Object({ project: Type.Object({}) })
)
const readDomains = pageReader(
  'identity', 'a list of domains', 'domains', Type.Object({ id: Type.String() })
)

/**
 * The reads of an OpenStack cloud that the service needs. It sends nothing before the first of them.
 * @param excluded names or ids of domains whose projects are left out
 */
export function createOpenStack (
  cloud: CloudConfig, upstream: CallUpstream, clock: Clock, excluded: string[]
) {
  const session = createSession(cloud, upstream, clock)
  const { reach, checkReach, projects, tokenOf, forget } = createProjectAccess(cloud, session, clock)
  const microversion = createRefreshingValue(
    async () => chooseMicroversion((await session.version('compute')).body), () => hourly, clock
  )
  const excludedDomains = createRefreshingValue(fetchExcludedDomains, () => hourly, clock)

  /**
   * One GET about a project, with the token that reads it. `path` receives whether that is the project's own
   * token.
   */
  async function get (
    service: CatalogService,
    project: string,
    operation: string,
    path: (own: boolean) => string,
    expect?: number[]
  ) {
    const token = await tokenOf(project)
    const headers: Record<string, string> = {}
    if (service === 'compute') headers['openstack-api-version'] = `compute ${await microversion.get()}`
    try {
      return await session.get(service, path(token.own !== undefined), {
        operation, project: token.project, headers, expect
      })
    } catch (err) {
      if (err instanceof NotFound) forget(project)
      if (err instanceof UpstreamError && err.details.status === 403) await checkReach()
      throw err
    }
  }

  /**
   * A project by its id.
   * @throws NotFound where Keystone does not know it, or the credential has no role on it
   */
  async function project (id: string): Promise<Project> {
    const { own } = await tokenOf(id)
    if (own !== undefined) return own
    const { status, body } = await session.get('identity', `/projects/${id}`, {
      operation: 'show-project', expect: [404]
    })
    if (status === 404) throw new NotFound('no such project')
    return projectFrom(id, validateProject(body).project)
  }

  /**
   * Every `domain_id` that a project of an excluded domain may have: a name may be an id, or the name of
   * several.
   */
  async function fetchExcludedDomains () {
    const found = await Promise.all(excluded.map((name) => listAll(async (page) => {
      const query = withFilters(page, new URLSearchParams({ name }))
      const { status, body } = await session.get('identity', `/domains?${query}`, {
        operation: 'list-domains', expect: [403]
      })
      return readDomains(status === 403 ? { domains: [] } : body)
    })))
    return new Set([...excluded, ...found.flatMap(({ items }) => items.map(({ id }) => id))])
  }

  /**
   * A project's limits and usages at one service.
   * @throws UpstreamError, `absent` where the cloud lacks the service, or the service its quotas; NotFound
   * where the project has no token
   */
  async function quota (project: string, source: QuotaSource): Promise<Partial<Quota>> {
    const { upstream, path, absent, fields } = source
    const { status, body } = await get(upstream, project, 'show-quota', (own) => path(project, own), absent)
    if (absent.includes(status)) {
      throw new UpstreamError(upstream, 'absent', `does not report quotas (${status})`)
    }
    const quota = extractQuota(fields, body)
    if (quota === undefined) {
      throw new UpstreamError(upstream, 'invalid', 'returned a quota without its numbers')
    }
    return quota
  }

  /**
   * A page of a project's servers, newest first.
   * @throws InvalidParameters where the marker is the id of no server; UpstreamError
   */
  function servers (project: string, query: ServerQuery) {
    const getFromNova: GetFromNova = (path, expect) => get('compute', project, 'list-servers', path, expect)
    return listServerPage(
      getFromNova, project, query, async () => (await quota(project, quotaSources.compute)).instancesUsed!
    )
  }

  /**
   * A page of the servers that match, of one project or of all.
   * @throws InvalidParameters where the marker is the id of no server; UpstreamError, also where the
   * credential is no admin's and the search is not of one project
   */
  async function search (scope: SearchScope, query: ServerQuery) {
    const { project } = scope
    if (project === undefined && await reach() === 'own') {
      throw new UpstreamError('compute', 'refused', 'lets only an admin search all projects')
    }
    return searchServerPages(
      (path, expect) => get('compute', project ?? 'any', 'search-servers', path, expect), scope, query
    )
  }

  /**
   * Nova's description of a server. A credential that is no admin's looks for it as the given project, or as
   * each project that it reads until one has it.
   * @returns `undefined` where Nova does not know the server, or no longer
   * @throws UpstreamError
   */
  async function findServer (server: string, project?: string): Promise<unknown> {
    if (!isServerId(server)) return undefined
    const candidates = project !== undefined
      ? [project]
      : await reach() === 'all' ? ['any'] : (await projects()).projects.map(({ id }) => id)
    let done = false
    const responses = await pLimit(maxConcurrentLookups).map(candidates, async (candidate) => {
      if (done) return undefined
      try {
        const response = await get('compute', candidate, 'show-server', () => `/servers/${server}`, [404])
        done ||= response.status === 200
        return response
      } catch (err) {
        // A project without a role has no server to find, and a failure after the server was found changes
        // nothing.
        if (done || err instanceof NotFound) return undefined
        done = true
        throw err
      }
    })
    return responses.find((response) => response?.status === 200)?.body
  }

  /** The project of a server, as `findServer` finds it. */
  async function instanceProject (server: string, project?: string): Promise<string | undefined> {
    const found = await findServer(server, project)
    return found === undefined ? undefined : validateServerProject(found).server.tenant_id
  }

  /** A server with its project, as `findServer` finds it. */
  async function server (id: string, project?: string) {
    const found = await findServer(id, project)
    return found === undefined ? undefined : readServer(id, found)
  }

  return {
    /** Keystone's URL. */
    authUrl: withVersion(cloud.authUrl, 'identity'),
    reach,
    projects,
    project,
    excludedDomains: excludedDomains.get,
    quota,
    servers,
    search,
    server,
    instanceProject,
    /** The scope of a caller's token; `undefined` where Keystone rejects it. @throws UpstreamError */
    validateToken: (token: string) => validateToken(session, token),
    ...createUserTokens(cloud, upstream, session),
    /** Checks that a service responds. @throws UpstreamError */
    check: async (service: CatalogService) => { await session.version(service) }
  }
}
