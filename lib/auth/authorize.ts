import type { CachedValue } from '#lib/cache/cache.js'
import { NotFound } from '#lib/errors.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { ProjectList } from '#lib/openstack/project-access.js'
import { unknownMarker } from '#lib/openstack/servers.js'
import type { Server } from '#lib/openstack/servers.js'
import type { Scope } from './scope.js'

/**
 * The projects that a caller sees. Projects from a list also carry when the list was fetched (unix
 * milliseconds), and why it is stale, if it is.
 */
export type VisibleProjects = ProjectList & Partial<Omit<CachedValue<ProjectList>, 'value'>>

/** The pattern of a project's id: a sample's own claim of one goes into a path. */
const projectIdPattern = /^[A-Za-z0-9_-]{1,64}$/
/**
 * Projects that Keystone is asked about for one instance. An instance has one project; a client that sends
 * samples in its name for others must not make the cloud busy.
 */
const maxProjectsPerInstance = 8

/** An instance that a caller sees, and the only project whose samples count; `undefined` where all count. */
export interface VisibleInstance {
  server: Server & { tenant_id: string }
  onlyProject?: string
}

export type Authorizer = ReturnType<typeof createAuthorizer>

/**
 * Decides what a caller sees; nothing else does. A thing that a caller may not see gets the same error as one
 * that does not exist. For callers that see everything it reads nothing, unless the metrics store needs a
 * project.
 */
export function createAuthorizer (
  openstack: Pick<
    CachedOpenStack, 'projects' | 'project' | 'server' | 'instanceProject' | 'knownInstanceProject'
  >,
  metrics: Pick<MetricsStore, 'bindsProject' | 'clientsWrite' | 'needsProject' | 'projectsOf'>
) {
  async function sees (scope: Scope, project: string) {
    if (scope.sees !== 'domain') return scope.sees === 'project' && scope.id === project
    return (await findProject(project))?.domain_id === scope.id
  }

  async function findProject (id: string) {
    try {
      return await openstack.project(id)
    } catch (err) {
      if (err instanceof NotFound) return undefined
      throw err
    }
  }

  /**
   * The projects that have series of a deleted instance. Their number matters only where each costs a
   * request.
   */
  async function projectsWithSeriesOf (instance: string, scope: Scope) {
    const own = scope.sees === 'project' ? scope.id : undefined
    const projects = (await metrics.projectsOf(instance, own)).filter((id) => projectIdPattern.test(id))
    return scope.sees === 'domain' ? projects.slice(0, maxProjectsPerInstance) : projects
  }

  /** The project whose samples alone count, of a project that the caller sees. */
  const onlyProjectOf = (scope: Scope, project: string) =>
    scope.sees === 'all' && !metrics.clientsWrite ? undefined : project

  return {
    /**
     * The projects that a caller sees.
     * @throws UpstreamError
     */
    async projects (scope: Scope): Promise<VisibleProjects> {
      if (scope.sees === 'all' || scope.sees === 'domain') {
        const { value: { projects, complete }, ...rest } = await openstack.projects()
        const visible = projects.filter((project) => scope.sees === 'all' || project.domain_id === scope.id)
        return { projects: visible, complete, ...rest }
      }
      const own = scope.sees === 'project' ? await findProject(scope.id) : undefined
      return { projects: own === undefined ? [] : [own], complete: true }
    },

    /**
     * Checks that a caller sees a project's instances, and that the marker is one of them: Nova accepts any
     * instance of the cloud as a marker. The marker of a page that was read before needs no request.
     * @returns the only project whose samples count, because a client may write samples of any instance;
     * `undefined` where all count
     * @throws NotFound, InvalidParameters (the marker), UpstreamError
     */
    async instances (scope: Scope, project: string, marker?: string): Promise<string | undefined> {
      const seesAll = scope.sees === 'all'
      if (!seesAll && !await sees(scope, project)) throw new NotFound('no such project')
      if (marker !== undefined) {
        // A project that does not exist has no markers: its own error comes first.
        if (seesAll) await openstack.project(project)
        if (await openstack.instanceProject(marker, project) !== project) throw unknownMarker(marker)
      }
      return onlyProjectOf(scope, project)
    },

    /**
     * Checks that the marker of a list over all projects is an instance that a caller sees.
     * @throws InvalidParameters, UpstreamError
     */
    async marker (scope: Scope, marker: string): Promise<void> {
      if (scope.sees === 'all') return
      const owner = await openstack.instanceProject(marker, scope.sees === 'project' ? scope.id : undefined)
      if (owner === undefined || !await sees(scope, owner)) throw unknownMarker(marker)
    },

    /**
     * Checks that a caller sees a project, and which of these instances it may read series of. That is left
     * to the store, which reads series of the project alone; where it cannot, Nova decides about each id that
     * is not known yet. An instance of another project is then no error, and has no series.
     * @returns the instances, and the only project whose series count; `undefined` where all count
     * @throws NotFound, UpstreamError
     */
    async seriesOfMany (scope: Scope, project: string, instances: string[]) {
      if (scope.sees !== 'all' && !await sees(scope, project)) throw new NotFound('no such project')
      const onlyProject = onlyProjectOf(scope, project)
      const isBound = onlyProject === undefined || await metrics.bindsProject()
      if (isBound) return { onlyProject, readable: instances }
      const owners = await Promise.all(instances.map((id) => openstack.instanceProject(id, project)))
      return { onlyProject, readable: instances.filter((_, i) => owners[i] === project) }
    },

    /**
     * An instance that a caller sees, as Nova describes it. One request reads its project, which decides, and
     * the rest.
     * @throws NotFound, UpstreamError
     */
    async instance (scope: Scope, id: string): Promise<VisibleInstance> {
      const asking = scope.sees === 'project' ? scope.id : undefined
      const { project, read } = await openstack.server(id, asking)
      const isVisible = project !== undefined && (scope.sees === 'all' || await sees(scope, project))
      const server = isVisible ? await read() : undefined
      if (server === undefined) throw new NotFound('no such instance')
      return { server, onlyProject: onlyProjectOf(scope, server.tenant_id) }
    },

    /**
     * Checks that a caller sees an instance's series. The instance's project is Nova's; for a deleted
     * instance it is that of its series. An instance of another project is looked up in the metrics store
     * like an unknown one, so that the two do not differ while the store is down.
     * @returns the only project whose series count; `undefined` where all count: for a caller that sees
     * everything, where clients write no samples, or as long as the instance's project is not known
     * @throws NotFound, UpstreamError
     */
    async series (scope: Scope, instance: string): Promise<string | undefined> {
      if (scope.sees === 'all') {
        if (metrics.needsProject) return openstack.instanceProject(instance)
        return metrics.clientsWrite ? openstack.knownInstanceProject(instance) : undefined
      }
      const owner = await openstack.instanceProject(instance, scope.sees === 'project' ? scope.id : undefined)
      if (owner !== undefined && await sees(scope, owner)) return owner
      const candidates = await projectsWithSeriesOf(instance, scope)
      for (const project of owner === undefined ? candidates : []) {
        if (await sees(scope, project)) return project
      }
      throw new NotFound('no such instance')
    }
  }
}
