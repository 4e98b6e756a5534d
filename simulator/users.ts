import { hexId } from './random.js'

export const password = 'simulated'

export const adminUserId = hexId('user admin')
export const monitorUserId = hexId('user monitor')
export const demoUserId = hexId('user demo')
export const factorsUserId = hexId('user factors')

/** The time-based passcode of user factors, at any time. */
export const passcode = '492039'

export interface User {
  id: string
  name: string
  defaultProjectId?: string
  passcode?: string                // required beside the password
  roles: Map<string, RoleName[]>   // keyed by the id of a project or a domain, or `system`
}

export interface ApplicationCredential {
  id: string
  name: string
  secret: string
  userId: string
  projectId: string
  accessRules?: AccessRule[]
}

export interface AccessRule {
  id: string
  service: string
  method: string
  path: string
}

/** A trust delegates roles of the trustor in one project to the trustee. */
export interface Trust {
  id: string
  trustorId: string
  trusteeId: string
  projectId: string
  roles: RoleName[]
}

/** Keystone's default roles, and one that Heat creates. */
export type RoleName = 'admin' | 'member' | 'reader' | 'heat_stack_owner'

export const roleId = (name: RoleName) => hexId(`role ${name}`)

/** Each role with the roles that it implies; a token names all of them. */
export const implied: Record<RoleName, RoleName[]> = {
  admin: ['admin', 'member', 'reader'],
  member: ['member', 'reader'],
  reader: ['reader'],
  heat_stack_owner: ['heat_stack_owner']
}

/** Ids, names and secrets of the application credentials. */
export const adminCredential = {
  id: hexId('credential admin'), name: 'for-admin', secret: 'simulated-admin-secret'
}
export const demoCredential = {
  id: hexId('credential demo'), name: 'for-demo', secret: 'simulated-demo-secret'
}
export const restrictedCredential = {
  id: hexId('credential restricted'), name: 'for-instances', secret: 'simulated-restricted-secret'
}

/** The trust with which user monitor acts as user demo. */
export const trustId = hexId('trust')

/**
 * The users: admin administers the whole cloud; monitor reads two projects and the system; demo is a member
 * of one project; lead reads whole domains; guest has a role on demo's project that no service's policy
 * mentions; factors needs a passcode beside the password.
 */
export function usersOf (adminProject: string, demoProject: string, domains: string[]): User[] {
  const { admin, member, reader, heat_stack_owner: other } = implied
  return [
    {
      id: adminUserId,
      name: 'admin',
      defaultProjectId: adminProject,
      roles: new Map([[adminProject, admin], ['system', admin]])
    },
    {
      id: monitorUserId,
      name: 'monitor',
      roles: new Map([[adminProject, reader], [demoProject, reader], ['system', reader]])
    },
    { id: demoUserId, name: 'demo', defaultProjectId: demoProject, roles: new Map([[demoProject, member]]) },
    { id: hexId('user lead'), name: 'lead', roles: new Map(domains.map((id) => [id, reader])) },
    { id: hexId('user guest'), name: 'guest', roles: new Map([[demoProject, other]]) },
    { id: factorsUserId, name: 'factors', passcode, roles: new Map([[demoProject, reader]]) }
  ]
}

/**
 * The application credentials, each for the default project of its user. The access rules of the last one
 * allow only pages of instances.
 */
export function credentialsOf (adminProject: string, demoProject: string): ApplicationCredential[] {
  const path = '/v1/openstack/projects/{id}/instances'
  const accessRules = [{ id: hexId('rule'), service: 'monitoring', method: 'GET', path }]
  return [
    { ...adminCredential, userId: adminUserId, projectId: adminProject },
    { ...demoCredential, userId: demoUserId, projectId: demoProject },
    { ...restrictedCredential, userId: demoUserId, projectId: demoProject, accessRules }
  ]
}

export function trustsOf (demoProject: string): Trust[] {
  const [trustorId, trusteeId] = [demoUserId, monitorUserId]
  return [{ id: trustId, trustorId, trusteeId, projectId: demoProject, roles: implied.member }]
}
