import { hexId } from './random.js'

export const password = 'simulated'

export const adminUserId = hexId('user admin')
export const monitorUserId = hexId('user monitor')
export const demoUserId = hexId('user demo')

export interface User {
  id: string
  name: string
  defaultProjectId?: string
  roles: Map<string, RoleName[]>   // by project
}

export interface ApplicationCredential {
  id: string
  name: string
  secret: string
  userId: string
  projectId: string
}

export type RoleName = 'admin' | 'member' | 'reader'

// A role implies the ones after it, and a token names them all.
const member: RoleName[] = ['member', 'reader']
const admin: RoleName[] = ['admin', ...member]

/** Ids and secrets to log in with, beside the users' names and their password. */
export const adminCredential = { id: hexId('credential admin'), name: 'for-admin', secret: 'simulated-admin-secret' }
export const demoCredential = { id: hexId('credential demo'), name: 'for-demo', secret: 'simulated-demo-secret' }

/** Admin administers the whole cloud; monitor reads the two projects it has a role on; demo works in one. */
export function usersOf (adminProject: string, demoProject: string): User[] {
  return [
    { id: adminUserId, name: 'admin', defaultProjectId: adminProject, roles: new Map([[adminProject, admin]]) },
    { id: monitorUserId, name: 'monitor', roles: new Map([[adminProject, ['reader']], [demoProject, ['reader']]]) },
    { id: demoUserId, name: 'demo', defaultProjectId: demoProject, roles: new Map([[demoProject, member]]) }
  ]
}

/** The application credentials, each bound to the project that its user would be in anyway. */
export function credentialsOf (adminProject: string, demoProject: string): ApplicationCredential[] {
  return [
    { ...adminCredential, userId: adminUserId, projectId: adminProject },
    { ...demoCredential, userId: demoUserId, projectId: demoProject }
  ]
}
