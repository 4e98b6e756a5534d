import { Type } from '@sinclair/typebox'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { NotFound } from '#lib/errors.js'
import { recordReader } from '#lib/upstream/record-reader.js'
import type { CloudConfig } from './clouds-yaml.js'
import { listAll, pageReader } from './list.js'
import type { Session } from './session.js'

/** A project as Keystone describes it, as far as it is used. Source: Identity API v3, "List projects". */
const ProjectRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  domain_id: Type.String(),
  is_domain: Type.Boolean()
})

export interface Project {
  id: string
  name: string | null
  description?: string | null
  enabled: boolean
  domain_id: string | null
  is_domain: boolean
}

/** The projects that a credential may list. */
export interface ProjectList {
  projects: Project[]
  /** Whether Keystone listed all of them: it may cap a list, and offer no next page. */
  complete: boolean
}

const readProjects = pageReader('identity', 'a list of projects', 'projects', ProjectRecord)
const readProject = recordReader(ProjectRecord)

/** A project, with Keystone's own defaults for flags that are missing. */
const withDefaults = (project: ReturnType<typeof readProject> & { id: string }): Project =>
  ({ ...project, enabled: project.enabled ?? true, is_domain: project.is_domain ?? false })

/** The project that Keystone returned for an id. */
export const projectFrom = (id: string, body: unknown) => withDefaults({ ...readProject(body), id })

/**
 * The projects that the credential reads: `all`, as an admin; or its `own`, on which it has a role, each with
 * a token of that project.
 */
export type CredentialReach = 'all' | 'own'

/** How a project is read. */
export interface ProjectToken {
  /** The project, where the credential reads it with a token of its own. */
  own?: Project
  /** The project whose token reads it; `undefined` for the credential's own token. */
  project?: string
}

const hourMs = 3_600_000

/** Milliseconds for which a listing also decides about unknown ids: these must not keep Keystone busy. */
const listingReuseMs = 1_000

/** Which projects a credential reads, and with which token. */
export function createProjectAccess (cloud: CloudConfig, session: Session, clock: Clock) {
  /** Projects of reach `own` with a token: not the disabled ones, which Keystone lists as well. */
  const known = new Map<string, Project>()
  let fetchedAt = -Infinity
  const reach = createRefreshingValue(
    fetchReach, () => ({ ttl: hourMs, staleWhileRevalidate: Infinity }), clock
  )
  const listing = createRefreshingValue(listProjects, () => ({ ttl: 0 }), clock)

  /**
   * Keystone responds with 403 to a credential that may not list projects, and with one project at most to
   * others.
   */
  async function fetchReach (): Promise<CredentialReach> {
    const { status } = await session.get('identity', '/projects?name=admin', {
      operation: 'list-projects', expect: [403]
    })
    return status === 403 ? 'own' : 'all'
  }

  async function listProjects (): Promise<ProjectList> {
    const own = await reach.get() === 'own'
    const path = own ? '/auth/projects' : '/projects'
    const { items, complete } = await listAll(async (query) =>
      readProjects((await session.get('identity', `${path}?${query}`, { operation: 'list-projects' })).body))
    const projects = items.map(withDefaults)
    if (!own) return { projects, complete }
    const { project } = await session.token()
    const readable = cloud.applicationCredential ? projects.filter(({ id }) => id === project) : projects
    fetchedAt = clock.now()
    known.clear()
    for (const project of readable) if (project.enabled) known.set(project.id, project)
    return { projects: readable, complete }
  }

  return {
    reach: () => reach.get(),

    /**
     * Every project that the credential may list, domains that act as projects included. Concurrent calls
     * share one.
     */
    projects: () => listing.get(),

    /**
     * How a project is read.
     * @throws NotFound where the credential is no admin's, and gets no token of the project
     */
    async tokenOf (project: string): Promise<ProjectToken> {
      if (await reach.get() === 'all') return {}
      if (!known.has(project) && Math.abs(clock.now() - fetchedAt) >= listingReuseMs) await listing.get()
      const own = known.get(project)
      if (own === undefined) throw new NotFound('no such project')
      return { own, project: (await session.token()).project === project ? undefined : project }
    },

    /** Forgets a project on which the credential has lost its role. */
    forget: (project: string) => { known.delete(project) }
  }
}
