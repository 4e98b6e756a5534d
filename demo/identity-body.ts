import { catalogOf } from './catalog.js'
import type { Domain, Project } from './projects.js'
import { hexId } from './random.js'
import type { Token } from './tokens.js'
import type { World } from './world.js'

const isoTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')
const inDomain = { domain: { id: 'default', name: 'Default' } }

/** A token as Keystone shows it: the project, the roles and the catalog only where it has a scope. */
export function describeToken (world: World, token: Token, withCatalog: boolean) {
  const { user, project, credential } = token
  return {
    methods: token.methods,
    user: { ...inDomain, id: user.id, name: user.name, password_expires_at: null },
    audit_ids: token.auditIds,
    expires_at: isoTime(token.expiresAt),
    issued_at: isoTime(token.issuedAt),
    ...(project && {
      project: { ...inDomain, id: project.id, name: project.name },
      is_domain: false,
      roles: token.roles.map((name) => ({ id: hexId(`role ${name}`), name }))
    }),
    ...(project && withCatalog && { catalog: catalogOf(world, project.id) }),
    ...(credential && { application_credential: { id: credential.id, name: credential.name, restricted: true } })
  }
}

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
  ({ id, name, description, enabled: true, tags: [], options: {}, links: { self: `${origins.identity}/v3/domains/${id}` } })

/** A domain among the projects, where it stands for those who ask for `is_domain`. */
export const describeDomainAsProject = (world: World, domain: Domain) =>
  ({ ...describeDomain(world, domain), domain_id: null, parent_id: null, is_domain: true })
