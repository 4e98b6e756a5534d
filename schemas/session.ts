import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

// The routes of the page alone, which the OpenAPI document leaves out.

const name = Type.String({ minLength: 1, maxLength: 255 })
/** A password, a secret or a token: its length is that of the body. */
const secret = Type.String({ minLength: 1 })
const closed = { additionalProperties: false }

/** The ways to sign in with a body, beside single sign-on. */
export const signInMethods = ['password', 'applicationCredential', 'token'] as const

/** How a user signs in. The second of two requests of a user with a passcode may leave the password out. */
export const SignIn = Type.Union([
  Type.Object({
    method: Type.Literal('password'),
    user: name,
    domain: name,
    password: secret,
    passcode: Type.Optional(name)
  }, closed),
  Type.Object({ method: Type.Literal('password'), user: name, domain: name, passcode: name }, closed),
  Type.Object({ method: Type.Literal('applicationCredential'), id: name, secret }, closed),
  Type.Object({ method: Type.Literal('token'), token: secret }, closed)
])
export type SignIn = Static<typeof SignIn>

/** The form that Keystone posts after a single sign-on. */
export const SignOnForm = Type.Object({ token: secret })
export type SignOnForm = Static<typeof SignOnForm>

/** The scope that a user chooses. */
export const ScopeChoice = Type.Union([
  Type.Object({ project: name }, closed),
  Type.Object({ domain: name }, closed),
  Type.Object({ system: Type.Literal(true) }, closed)
])
export type ScopeChoice = Static<typeof ScopeChoice>

/** The scopes that a user may choose for a token. */
export interface UserScopes {
  projects: Array<{ id: string, name: string | null, domainId: string | null }>
  domains: Array<{ id: string, name: string | null }>
  system: boolean
  /** Whether Keystone listed all projects and domains. */
  complete: boolean
}

/** The signed-in user, and the ways to sign in. */
export interface SessionState {
  auth: 'none' | 'keystone'
  signedIn: boolean
  user: { name: string | null, domain: string | null } | null
  /** The scope of the user's token; `id` and `name` are null for the system, and without a scope. */
  scope: { sees: 'all' | 'domain' | 'project' | 'none', id: string | null, name: string | null } | null
  /** RFC 3339. */
  expires: string | null
  methods: ReadonlyArray<typeof signInMethods[number]>
  websso: Array<{ id: string, label: string }>
}
