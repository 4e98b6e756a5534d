import { createCache } from '#lib/cache/cache.js'
import type { CachedValue, Clock } from '#lib/cache/cache.js'
import type { SharedStore } from '#lib/cache/shared-store.js'
import { NotFound, UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { OpenStack } from './client.js'
import type { Project, ProjectList } from './project-access.js'
import { quotaSources } from './quotas.js'
import type { QuotaOrLack, QuotaSource } from './quotas.js'
import type { ServerQuery } from './servers.js'

/** Milliseconds for which each kind of fact is fresh. */
export interface OpenStackTtls {
  quota: number
  /** Of the fact that a project exists. */
  project: number
  projectList: number
  /** Of an instance's project, which never changes. */
  instanceProject: number
  /** Age up to which a quota, or the list of projects, is served while its upstream fails. */
  staleLimit: number
}

/**
 * Milliseconds for which an id counts as no instance's: a client that repeats it must not keep Nova busy, and
 * a new instance must not stay unknown.
 */
const unknownInstanceTtlMs = 10_000

/** Milliseconds for which a description of an instance in a ranking is used. */
const descriptionTtlMs = 600_000

/**
 * Bytes of each cache. A quota takes about 500: there is room for 3 of each of 20,000 projects, a list of
 * them, as many single projects, and the projects of 30,000 instances.
 */
const megabyte = 1024 * 1024
const maxBytes = {
  quotas: 32 * megabyte,
  projectList: 16 * megabyte,
  projects: 16 * megabyte,
  instanceProjects: 16 * megabyte,
  descriptions: 4 * megabyte
}
/** Bytes of a description. */
const descriptionBytes = 2_048
interface DescribedServer { server: Awaited<ReturnType<OpenStack['server']>> }
const sizeOf = () => 512
const sizeOfProject = ({ name, description }: Project) => 512 + 2 * `${name}${description}`.length
const sizeOfList = ({ projects }: ProjectList) =>
  projects.reduce((sum, project) => sum + sizeOfProject(project), 512)

/**
 * An OpenStack client that caches quotas by project and service, projects, and the projects of instances: a
 * page, a filter or one project's change does not fetch the rest again.
 * @param onAbsent called once for each service that turns out to be absent
 * @param absent services that the cloud does not have
 * @param shared where processes share quotas
 */
export function cacheOpenStack (
  openstack: OpenStack,
  ttls: OpenStackTtls,
  { now, onAbsent }: Pick<Clock, 'now'> & { onAbsent: (err: UpstreamError) => void },
  absent: string[] = [],
  shared?: SharedStore<QuotaOrLack>
) {
  const { staleLimit: staleIfError } = ttls
  // A failed refresh is reported once, with the response that its stale value goes into.
  const clock = { now, onBackgroundError () {} }
  const quotas = createCache<QuotaOrLack>(
    { maxBytes: maxBytes.quotas, sizeOf, staleIfError }, clock, shared
  )
  const projectList = createCache<ProjectList>(
    { maxBytes: maxBytes.projectList, sizeOf: sizeOfList, staleIfError }, clock
  )
  const projects = createCache<Project>(
    { maxBytes: maxBytes.projects, sizeOf: sizeOfProject, staleIfError: ttls.project }, clock
  )
  /** By instance; and by asking project and instance, where that project does not have it. */
  const instanceProjects = createCache<{ project?: string }>(
    { maxBytes: maxBytes.instanceProjects, sizeOf, staleIfError: ttls.instanceProject }, clock
  )
  const forDescription = { ttl: Math.min(ttls.instanceProject, descriptionTtlMs) }
  const descriptions = createCache<DescribedServer>(
    { maxBytes: maxBytes.descriptions, sizeOf: () => descriptionBytes, staleIfError: forDescription.ttl },
    clock
  )
  const forInstance = { ttl: ttls.instanceProject }
  const reportedAbsent = new Set<UpstreamName>()

  /**
   * The lack of a quota behind a failed read of it. A service without quotas is reported once.
   * @throws any other error
   */
  function lackFrom (err: unknown, upstream: UpstreamName): QuotaOrLack {
    if (err instanceof NotFound) return 'project'
    if (!(err instanceof UpstreamError) || err.reason !== 'absent' || err.upstream !== upstream) throw err
    if (!reportedAbsent.has(upstream)) onAbsent(err)
    reportedAbsent.add(upstream)
    return 'service'
  }

  return {
    ...openstack,
    /** The services that the cloud has, with the requests for their quotas. */
    quotaSources: Object.values<QuotaSource>(quotaSources)
      .filter(({ upstream }) => !absent.includes(upstream)),

    /** A project's quota at a service. The lack of one is a fact, which is cached like a quota. */
    quota: (project: string, source: QuotaSource): Promise<CachedValue<QuotaOrLack>> =>
      quotas.get(`${source.upstream} ${project}`, { ttl: ttls.quota }, async () => {
        const reading = openstack.quota(project, source)
        return { value: await reading.catch((err) => lackFrom(err, source.upstream)), complete: true }
      }),

    projects: (): Promise<CachedValue<ProjectList>> =>
      projectList.get(
        'all', { ttl: ttls.projectList }, async () => ({ value: await openstack.projects(), complete: true })
      ),

    async project (id: string) {
      const { value } = await projects.get(id, { ttl: ttls.project }, async () =>
        ({ value: await openstack.project(id), complete: true }))
      return value
    },

    /** A page of servers, whose project is known from then on. */
    async servers (project: string, query: ServerQuery) {
      const page = await openstack.servers(project, query)
      for (const { id, tenant_id: owner } of page.servers) {
        if ((owner ?? project) === project) instanceProjects.set(id, forInstance, { project })
      }
      return page
    },

    /** The project of an instance, where it is known without a request. */
    knownInstanceProject: (server: string) => instanceProjects.getFresh(server)?.value.project,

    /**
     * The project of a server, and a function that returns the server: one request reads both. A server that
     * was looked up within the last seconds is read by that function alone, so that one of another project
     * and an unknown one do not differ while Nova is down.
     */
    async server (id: string, asking?: string) {
      let server: Awaited<ReturnType<OpenStack['server']>>
      const key = `${asking ?? ''} ${id}`
      const { value: { project } } = await instanceProjects.get(key, forInstance, async () => {
        server = await openstack.server(id, asking)
        if (server !== undefined) instanceProjects.set(id, forInstance, { project: server.tenant_id })
        return {
          value: { project: server?.tenant_id }, complete: true, expiresAt: now() + unknownInstanceTtlMs
        }
      })
      return { project, read: async () => server ?? await openstack.server(id, asking) }
    },

    /**
     * A server as Nova described it within the last minutes: its name, size and addresses, and not its usage.
     * @param asking the project that it is looked for in
     * @returns `undefined` where Nova does not know it, or its project is gone
     * @throws UpstreamError
     */
    async describedServer (id: string, asking?: string): Promise<DescribedServer['server']> {
      const { value: { server } } = await descriptions.get(`${asking ?? ''} ${id}`, forDescription,
        async () => {
          const server = await openstack.server(id, asking)
          return {
            value: { server },
            complete: true,
            expiresAt: server === undefined ? now() + unknownInstanceTtlMs : undefined
          }
        })
      return server
    },

    /**
     * The project of an instance. For a project that asks, an instance of another one is cached as an unknown
     * one is: the two must not differ while Nova is down.
     */
    async instanceProject (server: string, asking?: string) {
      const known = instanceProjects.getFresh(server)?.value.project
      if (known !== undefined && (asking ?? known) === known) return known
      const key = `${asking ?? ''} ${server}`
      const { value } = await instanceProjects.get(key, forInstance, async () => {
        const project = await openstack.instanceProject(server, asking)
        if (project !== undefined) instanceProjects.set(server, forInstance, { project })
        return { value: { project }, complete: true, expiresAt: now() + unknownInstanceTtlMs }
      })
      return value.project
    },

    caches: {
      quotas,
      'project-list': projectList,
      projects,
      'instance-projects': instanceProjects,
      'instance-descriptions': descriptions
    }
  }
}

export type CachedOpenStack = ReturnType<typeof cacheOpenStack>
