import { randomBytes } from 'node:crypto'
import type { Domain, Project } from './projects.js'
import type { ApplicationCredential, RoleName, Trust, User } from './users.js'

/** What a token is good for: nothing of these is an unscoped one. */
export interface Scope {
  project?: Project
  domain?: Domain
  system?: true
}

export interface Token extends Scope {
  id: string
  user: User          // of a trust, the trustor
  methods: string[]
  auditIds: string[]
  issuedAt: number    // ms
  expiresAt: number   // ms
  credential?: ApplicationCredential
  trust?: Trust
}

/** Keeps a new token, opaque and as long as a Fernet one. */
export function issueToken (tokens: Map<string, Token>, facts: Omit<Token, 'id'>): Token {
  const token = { ...facts, id: `gAAAAAB${randomBytes(129).toString('base64url')}` }
  tokens.set(token.id, token)
  return token
}

/** The token of an id, or undefined where there is none, it has expired, or its user has no role any more: nobody can tell these apart. */
export function findToken (tokens: Map<string, Token>, id: unknown, now: number): Token | undefined {
  const token = tokens.get(String(id))
  return token && token.expiresAt > now && (!isScoped(token) || rolesOf(token).length > 0) ? token : undefined
}

/** Whether it is good for anything. */
export const isScoped = ({ project, domain, system }: Scope) => Boolean(project ?? domain ?? system)

/** The roles that a user has by now on what a token of his would be good for. */
export const rolesOn = ({ project, domain, system }: Scope, { roles }: User): RoleName[] =>
  roles.get(project?.id ?? domain?.id ?? (system ? 'system' : '')) ?? []

/** The roles that a token has by now: they follow its user's. */
export const rolesOf = (token: Token): RoleName[] => rolesOn(token, token.user).filter((role) => token.trust?.roles.includes(role) ?? true)

export const isAdmin = (token: Token) => rolesOf(token).includes('admin')

/** Admins may read every project, others the one that their token is scoped to. */
export const mayRead = (token: Token, projectId: string) => isAdmin(token) || token.project?.id === projectId
