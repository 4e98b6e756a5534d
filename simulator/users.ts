import { hexId } from './random.js'

export const password = 'simulated'

export const adminUserId = hexId('user admin')
export const monitorUserId = hexId('user monitor')
export const demoUserId = hexId('user demo')

export interface User {
  id: string
  name: string
  defaultProjectId?: string
  roles: Map<string, RoleName[]>   // by what they are on: the id of a project or a domain, or `system`
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

/** What one user lets another do in a project, in his own name. */
export interface Trust {
  id: string
  trustorId: string
  trusteeId: string
  projectId: string
  roles: RoleName[]
}

/** The roles that Keystone makes, and one that a service made for itself. */
export type RoleName = 'admin' | 'member' | 'reader' | 'heat_stack_owner'

export const roleId = (name: RoleName) => hexId(`role ${name}`)

/** A role with those that it implies: a token names them all. */
export const implied: Record<RoleName, RoleName[]> = {
  admin: ['admin', 'member', 'reader'], member: ['member', 'reader'], reader: ['reader'], heat_stack_owner: ['heat_stack_owner']
}

/** Ids and secrets to log in with, beside the users' names and their password. */
export const adminCredential = { id: hexId('credential admin'), name: 'for-admin', secret: 'simulated-admin-secret' }
export const demoCredential = { id: hexId('credential demo'), name: 'for-demo', secret: 'simulated-demo-secret' }
export const restrictedCredential = { id: hexId('credential restricted'), name: 'for-instances', secret: 'simulated-restricted-secret' }

/** The trust with which monitor works in demo's stead. */
export const trustId = hexId('trust')

/**
 * Admin administers the whole cloud; monitor reads the two projects it has a role on, and the system; demo works in one; lead reads whole
 * domains; guest has a role on demo's project that none of the services' policies knows.
 */
export function usersOf (adminProject: string, demoProject: string, domains: string[]): User[] {
  const { admin, member, reader, heat_stack_owner: other } = implied
  return [
    { id: adminUserId, name: 'admin', defaultProjectId: adminProject, roles: new Map([[adminProject, admin], ['system', admin]]) },
    { id: monitorUserId, name: 'monitor', roles: new Map([[adminProject, reader], [demoProject, reader], ['system', reader]]) },
    { id: demoUserId, name: 'demo', defaultProjectId: demoProject, roles: new Map([[demoProject, member]]) },
    { id: hexId('user lead'), name: 'lead', roles: new Map(domains.map((id) => [id, reader])) },
    { id: hexId('user guest'), name: 'guest', roles: new Map([[demoProject, other]]) }
  ]
}

/** The application credentials, each bound to the project that its user would be in anyway; the last is good for pages of instances alone. */
export function credentialsOf (adminProject: string, demoProject: string): ApplicationCredential[] {
  const accessRules = [{ id: hexId('rule'), service: 'monitoring', method: 'GET', path: '/v1/openstack/projects/{id}/instances' }]
  return [
    { ...adminCredential, userId: adminUserId, projectId: adminProject },
    { ...demoCredential, userId: demoUserId, projectId: demoProject },
    { ...restrictedCredential, userId: demoUserId, projectId: demoProject, accessRules }
  ]
}

export function trustsOf (demoProject: string): Trust[] {
  return [{ id: trustId, trustorId: demoUserId, trusteeId: monitorUserId, projectId: demoProject, roles: implied.member }]
}
