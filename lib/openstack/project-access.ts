import { Type } from '@sinclair/typebox'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { recordReader } from '#lib/upstream/record-reader.js'
import type { CatalogService } from './catalog.js'
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

/** How far the credential reads, and when that was found out, in unix milliseconds. */
interface Reach {
  reach: CredentialReach
  /** Whether Nova responded. Until it does, Keystone's response counts alone. */
  certain: boolean
  at: number
}

/** Milliseconds after which the reach is found out again: in the background, by a request for it. */
const reachTtlMs = { certain: 3_600_000, uncertain: 10_000 }

/** Milliseconds between two checks of the reach because of a rejected request. */
const reachCheckIntervalMs = 60_000

/** Milliseconds for which a listing also decides about unknown ids: these must not keep Keystone busy. */
const listingReuseMs = 1_000

/**
 * Requests that only an admin may send. Keystone alone does not show an admin: it also lists projects to
 * users whom Nova rejects. The limits are those of no project, for which Nova has the defaults. Sources:
 * Identity API v3, "List projects"; Compute API, "List Servers" (`all_tenants`), and "Show Rate And Absolute
 * Limits" (`tenant_id`).
 */
const keystoneProbe = '/projects?name=admin'
const novaProbes = ['/servers?all_tenants=1&limit=1', `/limits?tenant_id=${'0'.repeat(32)}`]

/** Which projects a credential reads, and with which token. */
export function createProjectAccess (cloud: CloudConfig, session: Session, clock: Clock) {
  /** Projects of reach `own` with a token: not the disabled ones, which Keystone lists as well. */
  const known = new Map<string, Project>()
  let fetchedAt = -Infinity
  const reach = createRefreshingValue(
    fetchReach,
    ({ certain }) => ({
      ttl: certain ? reachTtlMs.certain : reachTtlMs.uncertain, staleWhileRevalidate: Infinity
    }),
    clock
  )
  const listing = createRefreshingValue(listProjects, () => ({ ttl: 0 }), clock)

  const isAllowed = async (service: CatalogService, path: string) =>
    (await session.get(service, path, { operation: 'probe-reach', expect: [403] })).status !== 403

  /** @returns `undefined` where Nova fails, which says nothing about the credential */
  async function isAllowedByNova () {
    try {
      const allowed = await Promise.all(novaProbes.map((path) => isAllowed('compute', path)))
      return !allowed.includes(false)
    } catch (err) {
      if (err instanceof UpstreamError) return undefined
      throw err
    }
  }

  async function fetchReach (): Promise<Reach> {
    const [mayList, mayRead] = await Promise.all([isAllowed('identity', keystoneProbe), isAllowedByNova()])
    const reach = mayList && mayRead !== false ? 'all' : 'own'
    return { reach, certain: !mayList || mayRead !== undefined, at: clock.now() }
  }

  async function listProjects (): Promise<ProjectList> {
    const own = (await reach.get()).reach === 'own'
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
    reach: async () => (await reach.get()).reach,

    /** Finds out the reach again, in the background, where a service rejects an admin's request. */
    async checkReach () {
      const current = await reach.get()
      if (current.reach === 'own' || Math.abs(clock.now() - current.at) < reachCheckIntervalMs) return
      reach.replace(current).catch(clock.onBackgroundError)
    },

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
      if ((await reach.get()).reach === 'all') return {}
      if (!known.has(project) && Math.abs(clock.now() - fetchedAt) >= listingReuseMs) await listing.get()
      const own = known.get(project)
      if (own === undefined) throw new NotFound('no such project')
      return { own, project: (await session.token()).project === project ? undefined : project }
    },

    /** Forgets a project on which the credential has lost its role. */
    forget: (project: string) => { known.delete(project) }
  }
}
