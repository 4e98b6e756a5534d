import type { SimulatedCall, SimulatedResponse } from './calls.js'
import { describeUser, isoTime } from './identity-body.js'
import { findToken, issueToken, opaqueText, rolesOn, type TokenScope, type Token } from './tokens.js'
import { password, type ApplicationCredential, type Trust, type User } from './users.js'
import { unauthorized, type World } from './world.js'

interface Reference { id?: string, name?: string, domain?: { id?: string, name?: string } }
interface RequestedScope {
  project?: Reference
  domain?: Reference
  system?: { all?: boolean }
  'OS-TRUST:trust'?: { id?: string }
}

interface IdentityRequest {
  methods?: string[]
  password?: { user?: Reference & { password?: string } }
  totp?: { user?: Reference & { passcode?: string } }
  token?: { id?: string }
  application_credential?: { id?: string, name?: string, secret?: string, user?: Reference }
}

/** The result of authentication, before a scope is chosen. */
interface AuthenticatedUser {
  user: User
  methods: string[]
  expiresAt?: number    // ms
  auditIds?: string[]
  credential?: ApplicationCredential
}

/** An error response of Keystone. */
export function keystoneError (code: number, title: string, message: string): SimulatedResponse {
  return { status: code, body: { error: { code, message, title } } }
}

/**
 * Logs in by password, passcode, token or application credential, with any scope.
 * @param call `POST /v3/auth/tokens`
 * @returns a new token, or an error response
 */
export function login (world: World, { body, headers }: SimulatedCall): Token | SimulatedResponse {
  const auth = parseAuth(body)
  if (!auth?.identity) return keystoneError(400, 'Bad Request', "'identity' is a required property")
  const authenticated = authenticate(world, auth.identity, headers['openstack-auth-receipt'])
  if ('status' in authenticated) return authenticated
  const { methods, auditIds = [], expiresAt, credential } = authenticated
  if (credential && auth.scope) {
    return unauthorized(world,
      'Error authenticating with application credential: Application credentials cannot request a scope.')
  }

  const authorization = authorize(world, authenticated, auth.scope)
  if (!authorization) return unauthorized(world)
  const now = world.now()
  return issueToken(world.tokens, {
    ...authorization,
    methods,
    auditIds: [crypto.randomUUID(), ...auditIds],
    issuedAt: now,
    expiresAt: expiresAt ?? now + world.tokenLifetime * 1000,
    ...(credential && { credential })
  })
}

function parseAuth (
  body: string
): { identity?: IdentityRequest, scope?: RequestedScope | 'unscoped' } | undefined {
  try {
    return JSON.parse(body).auth
  } catch {
    return undefined
  }
}

function authenticate (
  world: World, identity: IdentityRequest, receipt: unknown
): AuthenticatedUser | SimulatedResponse {
  switch (identity.methods?.[0]) {
    case 'password':
    case 'totp': return authenticateByFactors(world, identity, receipt)
    case 'token': return authenticateByToken(world, identity.token?.id)
    case 'application_credential':
      return authenticateByCredential(world, identity.application_credential ?? {})
    default: return unauthorized(world, 'Attempted to authenticate with an unsupported method.')
  }
}

// A receipt stands for the factors that an earlier login has sent.
function authenticateByFactors (
  world: World, { methods = [], password: byPassword, totp }: IdentityRequest, id: unknown
): AuthenticatedUser | SimulatedResponse {
  const user = userOf(world, byPassword?.user ?? totp?.user ?? {})
  const isRight: Record<string, boolean | undefined> = {
    password: byPassword?.user?.password === password,
    totp: user?.passcode !== undefined && totp?.user?.passcode === user.passcode
  }
  const receipt = world.receipts.get(String(id))
  const isOfUser = receipt === undefined || (receipt.user === user && receipt.expiresAt > world.now())
  if (!user || !isOfUser || !methods.every((method) => isRight[method])) return unauthorized(world)
  const proven = [...new Set([...receipt?.methods ?? [], ...methods])]
  const required = user.passcode === undefined ? ['password'] : ['password', 'totp']
  if (required.every((method) => proven.includes(method))) return { user, methods: proven }
  return issueReceipt(world, user, proven, required)
}

const receiptLifetime = 300_000   // ms

function issueReceipt (world: World, user: User, methods: string[], required: string[]): SimulatedResponse {
  const [id, now] = [opaqueText(), world.now()]
  const expiresAt = now + receiptLifetime
  world.receipts.set(id, { user, methods, expiresAt })
  const times = { expires_at: isoTime(expiresAt), issued_at: isoTime(now) }
  return {
    status: 401,
    headers: { 'openstack-auth-receipt': id },
    body: { receipt: { methods, user: describeUser(user), ...times }, required_auth_methods: [required] }
  }
}

// A token obtained with a token expires with it.
function authenticateByToken (world: World, id: unknown): AuthenticatedUser | SimulatedResponse {
  const token = findToken(world.tokens, id, world.now())
  if (!token) return keystoneError(404, 'Not Found', 'Could not recognize Fernet token')
  if (token.credential) {
    return keystoneError(403, 'Forbidden',
      'You are not authorized to perform the requested action: ' +
      'Using a delegated token to create another token is not allowed..')
  }
  const { user, expiresAt, auditIds } = token
  return { user, expiresAt, auditIds: [auditIds.at(-1)!], methods: [...new Set(['token', ...token.methods])] }
}

function authenticateByCredential (
  world: World, given: NonNullable<IdentityRequest['application_credential']>
): AuthenticatedUser | SimulatedResponse {
  const { credentials, users } = world.cloud
  const user = userOf(world, given.user ?? {})
  const credential = credentials.find(({ id, name, userId }) =>
    given.id === undefined ? name === given.name && userId === user?.id : id === given.id)
  if (!credential && given.id !== undefined) {
    return keystoneError(404, 'Not Found', `Could not find Application Credential: ${given.id}.`)
  }
  if (!credential || credential.secret !== given.secret) return unauthorized(world)
  return {
    user: users.find(({ id }) => id === credential.userId)!, methods: ['application_credential'], credential
  }
}

// All users belong to the default domain.
function userOf (world: World, given: Reference): User | undefined {
  return world.cloud.users.find(({ id, name }) =>
    given.id === undefined
      ? name === given.name && domainOf(world, given.domain)?.id === 'default'
      : id === given.id)
}

const domainOf = ({ cloud }: World, given: Reference['domain']) =>
  cloud.domains.find(({ id, name }) => id === given?.id || name === given?.name)

interface Authorization extends TokenScope { user: User, trust?: Trust }

// The user with the requested scope, or undefined without a role there. Without a requested scope it is the
// user's default project, or no scope if the user has no role on that project.
function authorize (
  world: World, { user, credential }: AuthenticatedUser, scope?: RequestedScope | 'unscoped'
): Authorization | undefined {
  const { projects, trusts, users } = world.cloud
  if (scope === 'unscoped') return { user }
  if (!scope) {
    const projectId = credential?.projectId ?? user.defaultProjectId ?? ''
    return ifAuthorized({ user, project: projects.get(projectId) }) ?? { user }
  }
  if (scope.system) return ifAuthorized({ user, system: true })
  if (scope.domain) return ifAuthorized({ user, domain: domainOf(world, scope.domain) })
  const trust = trusts.find(({ id, trusteeId }) =>
    id === scope['OS-TRUST:trust']?.id && trusteeId === user.id)
  if (trust) {
    const trustor = users.find(({ id }) => id === trust.trustorId)!
    return ifAuthorized({ user: trustor, project: projects.get(trust.projectId), trust })
  }
  return ifAuthorized({ user, project: projectOf(world, scope.project ?? {}) })
}

function projectOf (world: World, given: Reference) {
  const { projects } = world.cloud
  if (given.id !== undefined) return projects.get(given.id)
  const domain = domainOf(world, given.domain)?.id
  return [...projects.values()].find((project) => project.name === given.name && project.domainId === domain)
}

const ifAuthorized = (authorization: Authorization) =>
  rolesOn(authorization, authorization.user).length > 0 && (authorization.project?.enabled ?? true)
    ? authorization
    : undefined
