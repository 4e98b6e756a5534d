import type { SimulatedResponse } from './exchange.js'
import { findToken, issueToken, rolesOn, type Scope, type Token } from './tokens.js'
import { password, type ApplicationCredential, type Trust, type User } from './users.js'
import { unauthorized, type World } from './world.js'

interface Reference { id?: string, name?: string, domain?: { id?: string, name?: string } }
interface Wanted { project?: Reference, domain?: Reference, system?: { all?: boolean }, 'OS-TRUST:trust'?: { id?: string } }

interface Identity {
  methods?: string[]
  password?: { user?: Reference & { password?: string } }
  token?: { id?: string }
  application_credential?: { id?: string, name?: string, secret?: string, user?: Reference }
}

/** Who somebody proved to be, before it is known where to. */
interface Proof { user: User, methods: string[], expiresAt?: number, auditIds?: string[], credential?: ApplicationCredential }

/** An error in Keystone's form. */
export function keystoneError (code: number, title: string, message: string): SimulatedResponse {
  return { status: code, body: { error: { code, message, title } } }
}

/** Logs in by any of Keystone's three methods that a service uses, to any scope: a token, or the answer that says why not. */
export function login (world: World, body: string): Token | SimulatedResponse {
  const auth = parse(body)
  if (!auth?.identity) return keystoneError(400, 'Bad Request', "'identity' is a required property")
  const proof = prove(world, auth.identity)
  if ('status' in proof) return proof
  if (proof.credential && auth.scope) {
    return unauthorized(world, 'Error authenticating with application credential: Application credentials cannot request a scope.')
  }

  const found = find(world, proof, auth.scope)
  if (!found) return unauthorized(world)
  const now = world.now()
  return issueToken(world.tokens, {
    ...found,
    methods: proof.methods,
    auditIds: [crypto.randomUUID(), ...proof.auditIds ?? []],
    issuedAt: now,
    expiresAt: proof.expiresAt ?? now + world.tokenLife * 1000,
    ...(proof.credential && { credential: proof.credential })
  })
}

function parse (body: string): { identity?: Identity, scope?: Wanted | 'unscoped' } | undefined {
  try {
    return JSON.parse(body).auth
  } catch {
    return undefined
  }
}

function prove (world: World, identity: Identity): Proof | SimulatedResponse {
  switch (identity.methods?.[0]) {
    case 'password': return provePassword(world, identity.password?.user ?? {})
    case 'token': return proveToken(world, identity.token?.id)
    case 'application_credential': return proveCredential(world, identity.application_credential ?? {})
    default: return unauthorized(world, 'Attempted to authenticate with an unsupported method.')
  }
}

function provePassword (world: World, given: Reference & { password?: string }): Proof | SimulatedResponse {
  const user = userOf(world, given)
  return user && given.password === password ? { user, methods: ['password'] } : unauthorized(world)
}

// A token got from a token lives no longer than the one before it.
function proveToken (world: World, id: unknown): Proof | SimulatedResponse {
  const token = findToken(world.tokens, id, world.now())
  if (!token) return keystoneError(404, 'Not Found', 'Could not recognize Fernet token')
  if (token.credential) {
    return keystoneError(403, 'Forbidden',
      'You are not authorized to perform the requested action: Using a delegated token to create another token is not allowed..')
  }
  const { user, expiresAt, auditIds } = token
  return { user, expiresAt, auditIds: [auditIds.at(-1)!], methods: [...new Set(['token', ...token.methods])] }
}

function proveCredential (world: World, given: NonNullable<Identity['application_credential']>): Proof | SimulatedResponse {
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

// All users are of the default domain.
function userOf (world: World, given: Reference): User | undefined {
  return world.cloud.users.find(({ id, name }) =>
    given.id === undefined ? name === given.name && domainOf(world, given.domain)?.id === 'default' : id === given.id)
}

const domainOf = ({ cloud }: World, given: Reference['domain']) => cloud.domains.find(({ id, name }) => id === given?.id || name === given?.name)

interface Found extends Scope { user: User, trust?: Trust }

// Who somebody is where he wants to be, or undefined where he may not. What no scope is asked for leads to may be nowhere.
function find (world: World, { user, credential }: Proof, wanted?: Wanted | 'unscoped'): Found | undefined {
  const { projects, trusts, users } = world.cloud
  if (wanted === 'unscoped') return { user }
  if (!wanted) return entered({ user, project: projects.get(credential?.projectId ?? user.defaultProjectId ?? '') }) ?? { user }
  if (wanted.system) return entered({ user, system: true })
  if (wanted.domain) return entered({ user, domain: domainOf(world, wanted.domain) })
  const trust = trusts.find(({ id, trusteeId }) => id === wanted['OS-TRUST:trust']?.id && trusteeId === user.id)
  if (trust) return entered({ user: users.find(({ id }) => id === trust.trustorId)!, project: projects.get(trust.projectId), trust })
  return entered({ user, project: projectOf(world, wanted.project ?? {}) })
}

function projectOf (world: World, given: Reference) {
  const { projects } = world.cloud
  if (given.id !== undefined) return projects.get(given.id)
  const domain = domainOf(world, given.domain)?.id
  return [...projects.values()].find((project) => project.name === given.name && project.domainId === domain)
}

const entered = (found: Found) => rolesOn(found, found.user).length > 0 && (found.project?.enabled ?? true) ? found : undefined
