import { NotFound } from '#lib/errors.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { CachedValue } from '#lib/cache/cache.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import type { Project } from '#lib/openstack/project-access.js'
import { unknownMarker } from '#lib/openstack/servers.js'
import type { Scope } from './scope.js'

/** The projects that a caller sees. Where a list of them was read: when (unix milliseconds), and why not again, where it stands in. */
export type VisibleProjects = Pick<CachedValue<Project[]>, 'value'> & Partial<CachedValue<Project[]>>

/** What an id of a project can be: what a sample says of its own goes into a path. */
const projectId = /^[A-Za-z0-9_-]{1,64}$/
/** Projects that Keystone is asked about for an instance's sake: it had one, and who sends samples in its name for others must not make the cloud busy. */
const mostOwners = 8

export type Authorizer = ReturnType<typeof createAuthorizer>

/**
 * Who sees what: the one place where that is decided. What a caller may not see he is told of as of what does not exist.
 * For callers who see all nothing is read.
 */
export function createAuthorizer (openstack: Pick<CachedOpenStack, 'projects' | 'project' | 'owner'>, influx: Pick<MetricsStore, 'projectsOf'>) {
  async function sees (scope: Scope, project: string) {
    if (scope.sees !== 'domain') return scope.sees === 'project' && scope.id === project
    return (await find(project))?.domain_id === scope.id
  }

  async function find (project: string) {
    try {
      return await openstack.project(project)
    } catch (err) {
      if (err instanceof NotFound) return undefined
      throw err
    }
  }

  /** The projects whose series an instance that is no more has. Where they need only be compared, any number is looked at. */
  async function ownersOf (instance: string, { sees }: Scope) {
    const owners = (await influx.projectsOf(instance)).filter((id) => projectId.test(id))
    return sees === 'domain' ? owners.slice(0, mostOwners) : owners
  }

  return {
    /** The projects that a caller sees. @throws UpstreamError */
    async projects (scope: Scope): Promise<VisibleProjects> {
      if (scope.sees === 'all') return openstack.projects()
      if (scope.sees === 'domain') {
        const { value, ...read } = await openstack.projects()
        return { value: value.filter((project) => project.domain_id === scope.id), ...read }
      }
      const own = scope.sees === 'project' ? await find(scope.id) : undefined
      return { value: own === undefined ? [] : [own] }
    },

    /**
     * Finds that a caller sees a project's instances, and that the marker is one of them: Nova takes any instance of the cloud for one. The
     * project whose samples are their load to him: anybody may send samples of any instance. `undefined` where that is not to be asked.
     * @throws NotFound, InvalidParameters (the marker), UpstreamError
     */
    async instances (scope: Scope, project: string, marker?: string): Promise<string | undefined> {
      if (scope.sees === 'all') return undefined
      if (!await sees(scope, project)) throw new NotFound('no such project')
      if (marker !== undefined && await openstack.owner(marker, project) !== project) throw unknownMarker(marker)
      return project
    },

    /**
     * The project whose series of an instance a caller sees; `undefined` where that is not to be asked. The instance's own project, by Nova;
     * or of one that is no more, by its series.
     * @throws NotFound, UpstreamError
     */
    async series (scope: Scope, instance: string): Promise<string | undefined> {
      if (scope.sees === 'all') return undefined
      const owner = await openstack.owner(instance, scope.sees === 'project' ? scope.id : undefined)
      for (const project of owner === undefined ? await ownersOf(instance, scope) : [owner]) {
        if (await sees(scope, project)) return project
      }
      throw new NotFound('no such instance')
    }
  }
}
