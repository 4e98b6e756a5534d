import { createKept } from '../kept.js'
import type { Dated } from '../kept.js'
import type { OpenStack } from './client.js'
import type { Quota, QuotaSource } from './quotas.js'

export interface FactLifetimes {
  /** Milliseconds that a quota is fresh. */
  quota: number
  /** Milliseconds that a project which was found is taken to exist. */
  project: number
  /** Milliseconds that a quota may be old and still stand in for a read that fails. */
  staleLimit: number
}

/** The bytes of what is kept: a quota takes some 500, so that there is room for 3 of each of 20,000 projects. */
const bytes = 32 * 1024 * 1024
const sizeOf = () => 512

/**
 * A cloud whose quotas are kept by project and service, so that a page, a filter, or one project's change does not read the rest again,
 * and whose projects need not be looked for on each page of their instances.
 */
export function keepFacts (openstack: OpenStack, { quota, project, staleLimit }: FactLifetimes, now: () => number) {
  // A failed read is told with the value that stands in for it, once for all projects.
  const clock = { now, failed: () => {} }
  const quotas = createKept<Partial<Quota>>({ bytes, sizeOf, staleLimit }, clock)
  const projects = createKept<object>({ bytes, sizeOf, staleLimit: project }, clock)

  return {
    ...openstack,
    quota: (id: string, source: QuotaSource): Promise<Dated<Partial<Quota>>> =>
      quotas(`${source.role} ${id}`, { ttl: quota, grace: 0 }, async () => ({ value: await openstack.quota(id, source), whole: true })),
    async project (id: string) {
      await projects(id, { ttl: project, grace: 0 }, async () => {
        await openstack.project(id)
        return { value: {}, whole: true }
      })
    }
  }
}

export type KeptOpenStack = ReturnType<typeof keepFacts>
