import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { NotFound } from '#lib/errors.js'
import type { Clock } from '#lib/cache/cache.js'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CloudConfig } from './clouds-yaml.js'
import type { Session } from './session.js'

/** A project as Keystone describes it, as far as it is used. Source: Identity API v3, "List projects". */
export const Project = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  enabled: Type.Boolean(),
  domain_id: Type.Union([Type.String(), Type.Null()]),
  is_domain: Type.Boolean()
})
export type Project = Static<typeof Project>

const projectsIn = responseValidator('identity', 'a list of projects', Type.Object({ projects: Type.Array(Project) }))

/** What the credential reads: every project, as an admin; or those on which it has a role, each with a token of that project. */
export type CredentialReach = 'all' | 'own'

/** How a project is read: as an admin or, as it was listed, as its own, and with the token of which project (`undefined`: the credential's own). */
export interface ProjectToken {
  own?: Project
  project?: string
}

const hour = 3_600_000

/** Milliseconds for which a listing is taken at its word: unknown ids must not keep Keystone busy. */
const recent = 1_000

/** Which projects a credential reads, and with which token. */
export function createProjectAccess (cloud: CloudConfig, session: Session, clock: Clock) {
  /** The projects of an own reach that a token can be had for: not the disabled ones, which Keystone lists as well. */
  const known = new Map<string, Project>()
  let listed = -Infinity
  const reach = createRefreshingValue(readReach, () => ({ ttl: hour, staleWhileRevalidate: Infinity }), clock)
  const listing = createRefreshingValue(listProjects, () => ({ ttl: 0 }), clock)

  /** Whoever may not list projects is answered 403; whoever may is answered one at the most. */
  async function readReach (): Promise<CredentialReach> {
    const { status } = await session.get('identity', '/projects?name=admin', { operation: 'list-projects', expect: [403] })
    return status === 403 ? 'own' : 'all'
  }

  async function listProjects (): Promise<Project[]> {
    const own = await reach.get() === 'own'
    const { body } = await session.get('identity', own ? '/auth/projects' : '/projects', { operation: 'list-projects' })
    const { projects } = projectsIn(body)
    if (!own) return projects
    const { project } = await session.token()
    const readable = cloud.applicationCredential ? projects.filter(({ id }) => id === project) : projects
    listed = clock.now()
    known.clear()
    for (const project of readable) if (project.enabled) known.set(project.id, project)
    return readable
  }

  return {
    reach: () => reach.get(),

    /** Every project that the credential may list, domains that act as projects among them. One read for all who ask at once. */
    projects: () => listing.get(),

    /** @throws NotFound where the credential is no admin and gets no token of the project. */
    async scopeOf (project: string): Promise<ProjectToken> {
      if (await reach.get() === 'all') return {}
      if (!known.has(project) && Math.abs(clock.now() - listed) >= recent) await listing.get()
      const own = known.get(project)
      if (own === undefined) throw new NotFound('no such project')
      return { own, project: (await session.token()).project === project ? undefined : project }
    },

    /** Forgets a project on which the credential has turned out to have no role any more. */
    forget: (project: string) => { known.delete(project) }
  }
}
