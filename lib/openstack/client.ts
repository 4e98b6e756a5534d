import { Type } from '@sinclair/typebox'
import pLimit from 'p-limit'
import { NotFound, UpstreamError } from '#lib/errors.js'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { withVersion } from './catalog.js'
import type { CatalogService } from './catalog.js'
import type { CloudConfig } from './clouds-yaml.js'
import { listServerPage } from './server-pages.js'
import type { GetFromNova } from './server-pages.js'
import { extractQuota, quotaSources } from './quotas.js'
import type { Quota, QuotaSource } from './quotas.js'
import { createProjectAccess, Project } from './project-access.js'
import { chooseMicroversion, isServerId, validateServerProject } from './servers.js'
import type { ServerQuery } from './servers.js'
import { createSession } from './session.js'
import { validateToken } from './token-validation.js'

export type OpenStack = ReturnType<typeof createOpenStack>

/** Refreshed once an hour, and used until then however long that fails. */
const hourly = { ttl: 3_600_000, staleWhileRevalidate: Infinity }

/** Projects as which a server is asked for at once: to begin with all would hold up other requests, or be more than may wait. */
const atOnce = 64

const projectIn = responseValidator('identity', 'a project', Type.Object({ project: Project }))
const domainsIn = responseValidator('identity', 'a list of domains', Type.Object({ domains: Type.Array(Type.Object({ id: Type.String() })) }))

/**
 * The reads of an OpenStack cloud that the service is made of. Nothing is asked before the first of them.
 * @param excluded names or ids of domains whose projects are of no interest
 */
export function createOpenStack (cloud: CloudConfig, upstream: CallUpstream, clock: Clock, excluded: string[]) {
  const session = createSession(cloud, upstream, clock)
  const { reach, projects, scopeOf, forget } = createProjectAccess(cloud, session, clock)
  const microversion = createRefreshingValue(
    async () => chooseMicroversion((await session.version('compute')).body),
    () => hourly,
    clock
  )
  const excludedDomains = createRefreshingValue(readExcluded, () => hourly, clock)

  /** One GET about a project, with the token that reads it. `path` is told whether that is the project's own. */
  async function get (role: CatalogService, project: string, operation: string, path: (own: boolean) => string, expect?: number[]) {
    const scope = await scopeOf(project)
    const headers: Record<string, string> = {}
    if (role === 'compute') headers['openstack-api-version'] = `compute ${await microversion.get()}`
    try {
      return await session.get(role, path(scope.own !== undefined), { operation, project: scope.project, headers, expect })
    } catch (err) {
      if (err instanceof NotFound) forget(project)
      throw err
    }
  }

  /** A project by its id. @throws NotFound where Keystone does not know it, or the credential has no role on it. */
  async function project (id: string): Promise<Project> {
    const { own } = await scopeOf(id)
    if (own !== undefined) return own
    const { status, body } = await session.get('identity', `/projects/${id}`, { operation: 'show-project', expect: [404] })
    if (status === 404) throw new NotFound('no such project')
    return projectIn(body).project
  }

  /** What of the excluded domains a project's `domain_id` may be: the names may be ids, and the ids of the names. */
  async function readExcluded () {
    const answers = await Promise.all(excluded.map((name) =>
      session.get('identity', `/domains?${new URLSearchParams({ name })}`, { operation: 'list-domains', expect: [403] })))
    const found = answers.flatMap(({ status, body }) => status === 403 ? [] : domainsIn(body).domains)
    return new Set([...excluded, ...found.map(({ id }) => id)])
  }

  /** A project's limits and usages at one service. @throws UpstreamError */
  async function quota (project: string, { role, path, fields }: QuotaSource): Promise<Partial<Quota>> {
    const { body } = await get(role, project, 'show-quota', (own) => path(project, own))
    const quota = extractQuota(fields, body)
    if (quota === undefined) throw new UpstreamError(role, 'invalid', 'returned a quota without its numbers')
    return quota
  }

  /** A page of a project's servers, newest first. @throws InvalidParameters where the marker is of no server. */
  function servers (project: string, query: ServerQuery) {
    const ask: GetFromNova = (path, expect) => get('compute', project, 'list-servers', path, expect)
    return listServerPage(ask, project, query, async () => (await quota(project, quotaSources.compute)).instancesUsed!)
  }

  /**
   * The project of a server; `undefined` where Nova does not know it, or no longer. A credential that is no admin's asks as the project that is
   * named, or as each that it reads until one has it. @throws UpstreamError
   */
  async function owner (server: string, project?: string): Promise<string | undefined> {
    if (!isServerId(server)) return undefined
    const asking = project !== undefined ? [project] : await reach() === 'all' ? ['any'] : (await projects()).map(({ id }) => id)
    let over = false
    const answers = await pLimit(atOnce).map(asking, async (project) => {
      if (over) return undefined
      try {
        const answer = await get('compute', project, 'show-server', () => `/servers/${server}`, [404])
        over ||= answer.status === 200
        return answer
      } catch (err) {
        // A project that the credential does not read has nothing that it finds; and what fails when the server is found changes nothing.
        if (over || err instanceof NotFound) return undefined
        over = true
        throw err
      }
    })
    const found = answers.find((answer) => answer?.status === 200)
    return found && validateServerProject(found.body).server.tenant_id
  }

  /** What a caller's token is good for; `undefined` where Keystone does not take it. @throws UpstreamError */
  const validate = (token: string) => validateToken(session, token)

  /** Finds that a service answers. @throws UpstreamError */
  async function check (role: CatalogService) {
    await session.version(role)
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
    owner,
    validate,
    check
  }
}
