import type { Answer } from './exchange.js'
import type { Project } from './projects.js'
import { findToken, issueToken, type Token } from './tokens.js'
import { password, type ApplicationCredential, type User } from './users.js'
import { unauthorized, type World } from './world.js'

interface Reference { id?: string, name?: string, domain?: { id?: string, name?: string } }
interface Scope { project?: Reference }

interface Identity {
  methods?: string[]
  password?: { user?: Reference & { password?: string } }
  token?: { id?: string }
  application_credential?: { id?: string, name?: string, secret?: string, user?: Reference }
}

/** Who somebody proved to be, before it is known where to. */
interface Proof { user: User, methods: string[], expiresAt?: number, auditIds?: string[], credential?: ApplicationCredential }

/** An error in Keystone's form. */
export function keystoneError (code: number, title: string, message: string): Answer {
  return { status: code, body: { error: { code, message, title } } }
}

/** Logs in by any of Keystone's three methods that a service uses: a token, or the answer that says why not. */
export function login (world: World, body: string): Token | Answer {
  const auth = parse(body)
  if (!auth?.identity) return keystoneError(400, 'Bad Request', "'identity' is a required property")
  const proof = prove(world, auth.identity)
  if ('status' in proof) return proof
  if (proof.credential && auth.scope) {
    return unauthorized(world, 'Error authenticating with application credential: Application credentials cannot request a scope.')
  }

  const project = scopeOf(world, proof, auth.scope)
  const roles = project && proof.user.roles.get(project.id)
  if (project === null || (project && (!roles || !project.enabled))) return unauthorized(world)
  const now = world.now()
  return issueToken(world.tokens, {
    user: proof.user,
    roles: roles ?? [],
    methods: proof.methods,
    auditIds: [crypto.randomUUID(), ...proof.auditIds ?? []],
    issuedAt: now,
    expiresAt: proof.expiresAt ?? now + world.tokenLife * 1000,
    ...(project && { project }),
    ...(proof.credential && { credential: proof.credential })
  })
}

function parse (body: string): { identity?: Identity, scope?: Scope | 'unscoped' } | undefined {
  try {
    return JSON.parse(body).auth
  } catch {
    return undefined
  }
}

function prove (world: World, identity: Identity): Proof | Answer {
  switch (identity.methods?.[0]) {
    case 'password': return provePassword(world, identity.password?.user ?? {})
    case 'token': return proveToken(world, identity.token?.id)
    case 'application_credential': return proveCredential(world, identity.application_credential ?? {})
    default: return unauthorized(world, 'Attempted to authenticate with an unsupported method.')
  }
}

function provePassword (world: World, given: Reference & { password?: string }): Proof | Answer {
  const user = userOf(world, given)
  return user && given.password === password ? { user, methods: ['password'] } : unauthorized(world)
}

// A token got from a token lives no longer than the one before it.
function proveToken (world: World, id: unknown): Proof | Answer {
  const token = findToken(world.tokens, id, world.now())
  if (!token) return keystoneError(404, 'Not Found', 'Could not recognize Fernet token')
  if (token.credential) {
    return keystoneError(403, 'Forbidden',
      'You are not authorized to perform the requested action: Using a delegated token to create another token is not allowed..')
  }
  const { user, expiresAt, auditIds } = token
  return { user, expiresAt, auditIds: [auditIds.at(-1)!], methods: [...new Set(['token', ...token.methods])] }
}

function proveCredential (world: World, given: NonNullable<Identity['application_credential']>): Proof | Answer {
  const { credentials, users } = world.cloud
  const owner = userOf(world, given.user ?? {})
  const credential = credentials.find(({ id, name, userId }) =>
    given.id === undefined ? name === given.name && userId === owner?.id : id === given.id)
  if (!credential && given.id !== undefined) {
    return keystoneError(404, 'Not Found', `Could not find Application Credential: ${given.id}.`)
  }
  if (!credential || credential.secret !== given.secret) return unauthorized(world)
  return { user: users.find(({ id }) => id === credential.userId)!, methods: ['application_credential'], credential }
}

// The three users are of the default domain.
function userOf (world: World, given: Reference): User | undefined {
  return world.cloud.users.find(({ id, name }) =>
    given.id === undefined ? name === given.name && domainId(world, given) === 'default' : id === given.id)
}

function domainId ({ cloud }: World, { domain }: Reference): string | undefined {
  return cloud.domains.find(({ id, name }) => id === domain?.id || name === domain?.name)?.id
}

// Undefined is unscoped, null a scope that leads nowhere.
function scopeOf (world: World, { user, credential }: Proof, scope?: Scope | 'unscoped'): Project | null | undefined {
  const { projects } = world.cloud
  if (scope === 'unscoped') return undefined
  if (!scope) return projects.get(credential?.projectId ?? user.defaultProjectId ?? '')
  const given = scope.project ?? {}
  if (given.id !== undefined) return projects.get(given.id) ?? null
  const domain = domainId(world, given)
  return [...projects.values()].find((project) => project.name === given.name && project.domainId === domain) ?? null
}
