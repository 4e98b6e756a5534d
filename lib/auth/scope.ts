import type { ValidatedToken } from '#lib/openstack/token-validation.js'

/** What a caller may see: every project, a domain's, one, or none, and then why. */
export type Scope =
  { sees: 'all' } |
  { sees: 'domain' | 'project', id: string } |
  { sees: 'none', reason: string }

/** The scope as a part of a key: whatever depends on the caller is kept by it. */
export const scopeKey = (scope: Scope) => 'id' in scope ? `${scope.sees} ${scope.id}` : scope.sees

/** Any of these is enough to read what a token is scoped to: each implies the ones after it. Source: Keystone, "Default roles". */
const readers = ['admin', 'manager', 'member', 'reader']

/**
 * What a token lets its bearer see. An admin sees all, and so does whoever has one of the `global` roles; but nobody sees beyond the
 * domain that he chose for his token, nor, where the cloud has an admin project, as an admin of another one.
 * A role on the system must be one of those too: Nova, Neutron and Cinder refuse a reader of it.
 */
export function scopeFromToken ({ roles = [], project, domain, system, is_admin_project: isAdminProject = true }: ValidatedToken, global: string[]): Scope {
  const has = (wanted: string[]) => roles.some(({ name }) => wanted.includes(name))
  const seesAll = has(global) || (isAdminProject && has(['admin']))
  if (domain === undefined && project === undefined && system === undefined) {
    return { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  }
  if (domain === undefined && seesAll) return { sees: 'all' }
  if (project !== undefined && has(readers)) return { sees: 'project', id: project.id }
  if (domain !== undefined && (seesAll || has(readers))) return { sees: 'domain', id: domain.id }
  return { sees: 'none', reason: 'the token\'s roles allow nothing here' }
}
