import { randomBytes } from 'node:crypto'
import type { Project } from './projects.js'
import type { ApplicationCredential, RoleName, User } from './users.js'

export interface Token {
  id: string
  user: User
  project?: Project
  roles: RoleName[]
  methods: string[]
  auditIds: string[]
  issuedAt: number    // ms
  expiresAt: number   // ms
  credential?: ApplicationCredential
}

/** Keeps a new token, opaque and as long as a Fernet one. */
export function issueToken (tokens: Map<string, Token>, facts: Omit<Token, 'id'>): Token {
  const token = { ...facts, id: `gAAAAAB${randomBytes(129).toString('base64url')}` }
  tokens.set(token.id, token)
  return token
}

/** The token of an id, or undefined where there is none or it has expired, which nobody can tell apart. */
export function findToken (tokens: Map<string, Token>, id: unknown, now: number): Token | undefined {
  const token = tokens.get(String(id))
  return token && token.expiresAt > now ? token : undefined
}

export const isAdmin = (token: Token) => token.roles.includes('admin')

/** Admins may read every project, others the one that their token is scoped to. */
export const mayRead = (token: Token, projectId: string) => isAdmin(token) || token.project?.id === projectId
