import type { ValidatedToken } from '#lib/openstack/token-validation.js'

/** The projects that a caller may see: all, a domain's, one, or none for a reason. */
export type Scope =
  { sees: 'all' } |
  { sees: 'domain' | 'project', id: string } |
  { sees: 'none', reason: string }

/** The scope as a part of a cache key. */
export const scopeKey = (scope: Scope) => 'id' in scope ? `${scope.sees} ${scope.id}` : scope.sees

/** Names of roles, by the projects that their bearers see. */
export interface Roles {
  /** Roles that see every project, beside `admin`. */
  global: string[]
  /** Roles that see the token's scope. */
  reader: string[]
}

/**
 * The scope that a token gives its bearer. An admin sees everything, and so does a bearer of one of the
 * global roles. But no token sees beyond the domain that it is scoped to, nor, where the cloud has an admin
 * project, as an admin of another one. A role on the system must be one of those too: Nova, Neutron and
 * Cinder reject a reader of the system. Names of roles compare without case.
 * Source: oslo.policy, `RoleCheck`.
 */
export function scopeFromToken (token: ValidatedToken, { global, reader }: Roles): Scope {
  const { roles = [], project, domain, system, is_admin_project: isAdminProject = true } = token
  const names = new Set(roles.map(({ name }) => name.toLowerCase()))
  const hasAny = (wanted: string[]) => wanted.some((name) => names.has(name.toLowerCase()))
  const seesAll = hasAny(global) || (isAdminProject && hasAny(['admin']))
  if (domain === undefined && project === undefined && system === undefined) {
    return { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  }
  if (domain === undefined && seesAll) return { sees: 'all' }
  if (project !== undefined && hasAny(reader)) return { sees: 'project', id: project.id }
  if (domain !== undefined && (seesAll || hasAny(reader))) return { sees: 'domain', id: domain.id }
  return { sees: 'none', reason: 'the token\'s roles allow nothing here' }
}
