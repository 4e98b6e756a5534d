import { createCache } from '#lib/cache/cache.js'
import type { CachedValue, Clock } from '#lib/cache/cache.js'
import type { SharedStore } from '#lib/cache/shared-store.js'
import type { OpenStack } from './client.js'
import type { Quota, QuotaSource } from './quotas.js'
import type { Project } from './project-access.js'

export interface OpenStackTtls {
  /** Milliseconds that a quota is fresh. */
  quota: number
  /** Milliseconds that a project which was found is taken to exist. */
  project: number
  /** Milliseconds that the list of projects is taken to be whole. */
  list: number
  /** The same of an instance's project, which never changes. */
  owner: number
  /** Milliseconds that a quota, or the list of projects, may be old and still stand in for a read that fails. */
  staleLimit: number
}

/** Milliseconds that nobody's instance counts as that: who insists must not keep Nova busy, and a new instance not stay unknown. */
const briefly = 10_000

/**
 * The bytes of what is kept of each kind: a quota takes some 500, so that there is room for 3 of each of 20,000 projects, for a list of them,
 * for as many that were asked for, and for the projects of 30,000 instances.
 */
const bytes = { quotas: 32, list: 16, projects: 16, owners: 16 }
const megabyte = 1024 * 1024
const sizeOf = () => 512
const sizeOfProject = ({ name, description }: Project) => 512 + 2 * (name.length + (description?.length ?? 0))
const sizeOfList = (projects: Project[]) => projects.reduce((sum, project) => sum + sizeOfProject(project), 512)

/**
 * A cloud whose quotas are kept by project and service, so that a page, a filter, or one project's change does not read the rest again,
 * and whose projects need not be looked for on each page of their instances, nor the project of an instance for each of its series.
 * @param shared where quotas are shared with other processes
 */
export function cacheOpenStack (openstack: OpenStack, { quota, project, list, owner, staleLimit }: OpenStackTtls, { now }: Pick<Clock, 'now'>, shared?: SharedStore<Partial<Quota>>) {
  // A failed read is told with the value that stands in for it, once for all that an answer is made of.
  const silent = { now, onBackgroundError () {} }
  const quotas = createCache<Partial<Quota>>({ maxBytes: bytes.quotas * megabyte, sizeOf, staleIfError: staleLimit }, silent, shared)
  const lists = createCache<Project[]>({ maxBytes: bytes.list * megabyte, sizeOf: sizeOfList, staleIfError: staleLimit }, silent)
  const found = createCache<Project>({ maxBytes: bytes.projects * megabyte, sizeOf: sizeOfProject, staleIfError: project }, silent)
  const owners = createCache<{ project?: string }>({ maxBytes: bytes.owners * megabyte, sizeOf, staleIfError: owner }, silent)

  return {
    ...openstack,
    quota: (id: string, source: QuotaSource): Promise<CachedValue<Partial<Quota>>> =>
      quotas.get(`${source.role} ${id}`, { ttl: quota }, async () => ({ value: await openstack.quota(id, source), complete: true })),
    projects: (): Promise<CachedValue<Project[]>> =>
      lists.get('all', { ttl: list }, async () => ({ value: await openstack.projects(), complete: true })),
    async project (id: string) {
      const { value } = await found.get(id, { ttl: project }, async () => ({ value: await openstack.project(id), complete: true }))
      return value
    },
    /** Who asks as another project may find what this one does not: so each has a fact of its own. */
    async owner (server: string, asking?: string) {
      const { value } = await owners.get(`${asking ?? ''} ${server}`, { ttl: owner }, async () => {
        const project = await openstack.owner(server, asking)
        return { value: { project }, complete: true, expiresAt: project === undefined ? now() + briefly : undefined }
      })
      return value.project
    },
    caches: { quotas, 'project-list': lists, projects: found, 'instance-projects': owners }
  }
}

export type CachedOpenStack = ReturnType<typeof cacheOpenStack>
