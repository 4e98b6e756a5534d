import { randomBytes } from 'node:crypto'
import type { Domain, Project } from './projects.js'
import type { ApplicationCredential, RoleName, Trust, User } from './users.js'

/** The scope of a token: one of these, or none when unscoped. */
export interface TokenScope {
  project?: Project
  domain?: Domain
  system?: true
}

export interface Token extends TokenScope {
  id: string
  user: User          // with a trust, the trustor
  methods: string[]
  auditIds: string[]
  issuedAt: number    // ms
  expiresAt: number   // ms
  credential?: ApplicationCredential
  trust?: Trust
}

/** The proof of a login whose user has to send another factor. */
export interface Receipt {
  user: User
  methods: string[]
  expiresAt: number   // ms
}

/** Text as opaque and as long as a Fernet token. */
export const opaqueText = () => `gAAAAAB${randomBytes(129).toString('base64url')}`

/** Stores a new token, opaque and as long as a Fernet token. */
export function issueToken (tokens: Map<string, Token>, fields: Omit<Token, 'id'>): Token {
  const token = { ...fields, id: opaqueText() }
  tokens.set(token.id, token)
  return token
}

/**
 * Finds a valid token.
 * @param now milliseconds
 * @returns undefined when there is no such token, when it has expired, or when its user no longer has a role
 */
export function findToken (tokens: Map<string, Token>, id: unknown, now: number): Token | undefined {
  const token = tokens.get(String(id))
  return token && token.expiresAt > now && (!isScoped(token) || rolesOf(token).length > 0) ? token : undefined
}

export const isScoped = ({ project, domain, system }: TokenScope) => Boolean(project ?? domain ?? system)

/** The current roles of a user in a scope. */
export const rolesOn = ({ project, domain, system }: TokenScope, { roles }: User): RoleName[] =>
  roles.get(project?.id ?? domain?.id ?? (system ? 'system' : '')) ?? []

/** The current roles of a token: they follow the roles of its user. */
export const rolesOf = (token: Token): RoleName[] =>
  rolesOn(token, token.user).filter((role) => token.trust?.roles.includes(role) ?? true)

export const isAdmin = (token: Token) => rolesOf(token).includes('admin')

/** Admins may read every project; others may read the project of their token's scope. */
export const mayRead = (token: Token, projectId: string) => isAdmin(token) || token.project?.id === projectId
