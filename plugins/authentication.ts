import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { isAllowed } from '#lib/auth/access-rules.js'
import { createAuthenticator } from '#lib/auth/authenticate.js'
import type { Caller } from '#lib/auth/authenticate.js'
import type { Scope } from '#lib/auth/scope.js'
import { requireToken, tokenHeaders } from '#lib/auth/token.js'
import { durationMs, visibilityRoles } from '#lib/config/settings.js'
import { Forbidden } from '#lib/errors.js'
import { problems, unseen } from '#schemas/problem.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The `WWW-Authenticate` of a 401. */
    challenge: string
    /** The caller of a cached token validation; absent where clients send no token. */
    cachedCaller?: (token: string) => Caller | undefined
    /** Rejects a revoked token from now on; absent where clients send no token. */
    forgetToken?: (token: string) => void
  }
  interface FastifyRequest {
    /** The caller, once it is known: its token is validated. `undefined` on public routes. */
    caller: Caller | undefined
    /** The caller's scope. */
    scope: Scope
  }
  interface FastifyContextConfig {
    /** `true` on a route that needs no token, because its response holds nothing of any project. */
    public?: boolean
  }
}

const vary = tokenHeaders.join(', ')

const noScope: Scope = { sees: 'none', reason: 'this route is public' }
const fullScope: Scope = { sees: 'all' }

/**
 * Authenticates callers: with `AUTH=keystone` by a token, else not at all. Unknown routes need a token as
 * well.
 */
export default fp(async (app) => {
  const { config, clock, openstack, telemetry } = app
  // An invalid setting ends the start, also where it is not used.
  const ttl = durationMs(config, 'TOKEN_CACHE_TIME')
  const authenticator = createAuthenticator(openstack.validateToken, {
    ttl: config.CACHE === 'on' ? ttl : 0,
    roles: visibilityRoles(config)
  }, clock)

  telemetry.addQueue('token-validations', authenticator.queued)
  telemetry.addCache('token-validations', authenticator.stats)
  app.decorate('challenge', challengeFor(config.WWW_AUTHENTICATE_URI ?? openstack.authUrl))
  app.decorateRequest('scope')
  if (config.AUTH === 'keystone') {
    app.decorate('cachedCaller', authenticator.cached)
    app.decorate('forgetToken', authenticator.forget)
    app.addHook('onRoute', (route) => {
      if (route.config?.public !== true) describeAuthentication(route)
    })
  }
  app.addHook('onRequest', config.AUTH === 'keystone' ? authenticate : grantFullScope)

  function grantFullScope (request: FastifyRequest, reply: FastifyReply, done: () => void) {
    request.scope = fullScope
    done()
  }

  function authenticate (request: FastifyRequest, reply: FastifyReply, done: () => void) {
    request.scope = noScope
    if (request.routeOptions.config.public === true) return done()
    reply.header('vary', vary)
    const token = requireToken(request.headers, request.sessionToken)
    if (request.caller === undefined) {
      return request.runInContext(
        () => authenticator.authenticate(token)
      ).then((caller) => admit(caller, request))
    }
    admit(request.caller, request)
    done()
  }
}, {
  name: 'authentication',
  dependencies: [
    'client-key', 'config', 'openstack', 'prometheus', 'request-context', 'session'
  ]
})

/** Keystone's address for clients without a token. */
function challengeFor (uri: string) {
  const { origin, pathname } = new URL(uri)
  return `Keystone uri="${origin}${pathname}"`
}

/**
 * Gives a request its caller's scope.
 * @throws Forbidden where the token allows nothing, or not this request
 */
function admit (caller: Caller, request: FastifyRequest) {
  const { scope, rules } = caller
  request.caller = caller
  if (scope.sees === 'none') throw new Forbidden(scope.reason)
  if (rules !== undefined && !isAllowed(rules, request.method, request.url.split('?', 1)[0]!)) {
    throw new Forbidden('the access rules of the application credential do not allow this request')
  }
  request.scope = scope
}

/** Adds the token, and the responses to a missing or insufficient one, to a route's OpenAPI description. */
function describeAuthentication (route: RouteOptions) {
  const schema = { ...route.schema }
  const response = { ...schema.response as object, ...problems(401, 403), ...('params' in schema && unseen) }
  route.schema = { ...schema, security: [{ token: [] }, { bearer: [] }], response }
}
