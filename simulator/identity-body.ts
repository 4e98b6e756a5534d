import { catalogOf } from './catalog.js'
import type { Domain, Project } from './projects.js'
import { isScoped, rolesOf, type Token } from './tokens.js'
import { roleId, type ApplicationCredential, type RoleName, type Trust, type User } from './users.js'
import type { World } from './world.js'

/** A time as Keystone writes it. */
export const isoTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')
const inDomain = { domain: { id: 'default', name: 'Default' } }

/** A user in a token or a receipt. */
export const describeUser = ({ id, name }: User) => ({ ...inDomain, id, name })

/** A token as Keystone shows it. Only a scoped token has roles and a catalog. */
export function describeToken (world: World, token: Token, withCatalog: boolean) {
  const { user, project, domain, system, credential, trust } = token
  return {
    methods: token.methods,
    user: { ...describeUser(user), password_expires_at: null },
    audit_ids: token.auditIds,
    expires_at: isoTime(token.expiresAt),
    issued_at: isoTime(token.issuedAt),
    ...(trust && { 'OS-TRUST:trust': describeTrust(trust) }),
    ...(project && {
      project: { ...describeDomainOf(world, project), id: project.id, name: project.name },
      ...(!trust && { is_domain: false })
    }),
    ...(domain && { domain: { id: domain.id, name: domain.name } }),
    ...(system && { system: { all: true } }),
    ...(isScoped(token) && { roles: rolesOf(token).map((name) => describeRole(name, trust !== undefined)) }),
    ...(isScoped(token) && withCatalog && { catalog: catalogOf(world, project?.id) }),
    ...(credential && { application_credential: describeCredential(credential) })
  }
}

const describeDomainOf = ({ cloud }: World, { domainId }: Project) =>
  ({ domain: { id: domainId, name: cloud.domains.find(({ id }) => id === domainId)!.name } })

// A token of a trust shows each role with all its properties.
function describeRole (name: RoleName, allProperties: boolean) {
  return {
    id: roleId(name),
    name,
    ...(allProperties && { domain_id: null, description: null, options: { immutable: true } })
  }
}

const describeTrust = ({ id, trustorId, trusteeId }: Trust) =>
  ({ id, impersonation: true, trustor_user: { id: trustorId }, trustee_user: { id: trusteeId } })

const describeCredential = ({ id, name, accessRules }: ApplicationCredential) =>
  ({ id, name, restricted: true, ...(accessRules && { access_rules: accessRules }) })

/** A project as Keystone shows it, alone or in a list. */
export const describeProject = ({ origins }: World, project: Project) => ({
  id: project.id,
  name: project.name,
  domain_id: project.domainId,
  description: project.description,
  enabled: project.enabled,
  parent_id: project.domainId,
  is_domain: false,
  tags: [],
  options: {},
  links: { self: `${origins.identity}/v3/projects/${project.id}` }
})

/** A domain, in its own list. */
export const describeDomain = ({ origins }: World, { id, name, description }: Domain) =>
  ({
    id,
    name,
    description,
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${origins.identity}/v3/domains/${id}` }
  })

/** A user, alone. */
export const describeAccount = ({ origins }: World, { id, name, defaultProjectId }: User) => ({
  id,
  name,
  domain_id: 'default',
  enabled: true,
  ...(defaultProjectId !== undefined && { default_project_id: defaultProjectId }),
  password_expires_at: null,
  options: {},
  links: { self: `${origins.identity}/v3/users/${id}` }
})

/** The roles of a user as assignments, with implied ones, and with names. */
export const describeAssignments = ({ cloud, origins }: World, user: User) =>
  [...user.roles].flatMap(([target, roles]) => roles.map((role) => ({
    scope: target === 'system'
      ? { system: { all: true } }
      : { [cloud.projects.has(target) ? 'project' : 'domain']: { id: target } },
    role: { id: roleId(role), name: role },
    user: describeUser(user),
    links: { assignment: `${origins.identity}/v3/role_assignments` }
  })))

/** A domain in the list of projects, which includes domains when `is_domain` is requested. */
export const describeDomainAsProject = (world: World, domain: Domain) =>
  ({ ...describeDomain(world, domain), domain_id: null, parent_id: null, is_domain: true })
