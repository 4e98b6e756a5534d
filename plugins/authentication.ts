import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { isAllowed } from '#lib/auth/access-rules.js'
import { createAuthenticator } from '#lib/auth/authenticate.js'
import type { Caller } from '#lib/auth/authenticate.js'
import type { Scope } from '#lib/auth/scope.js'
import { tokenHeaders, requireToken } from '#lib/auth/token.js'
import { Forbidden, InvalidSetting } from '#lib/errors.js'
import { splitList, durationMs } from '#lib/config/settings.js'
import { problems, unseen } from '#schemas/problem.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What is told who is refused for want of a token. */
    challenge: string
  }
  interface FastifyRequest {
    /** What the caller may see. */
    scope: Scope
  }
  interface FastifyContextConfig {
    /** `true` on a route that needs no token, because its response holds nothing of any project. */
    public?: boolean
  }
}

/** An answer depends on them. */
const vary = tokenHeaders.join(', ')

const nothing: Scope = { sees: 'none', reason: 'this route is public' }
const everything: Scope = { sees: 'all' }

/** Who asks: with `AUTH=keystone`, whoever Keystone knows by his token. */
export default fp(async (app) => {
  const { config, clock, openstack } = app
  const lifetime = durationMs(config, 'TOKEN_CACHE_TIME')
  const callers = createAuthenticator(openstack.validateToken, {
    ttl: config.CACHE === 'on' ? lifetime : 0,
    globalRoles: splitList(config.AUTH_GLOBAL_ROLES ?? '')
  }, clock)

  app.telemetry.queue('token-validations', callers.queued)
  app.telemetry.cache('token-validations', callers.stats)
  app.decorate('challenge', challengeOf(config.WWW_AUTHENTICATE_URI ?? openstack.authUrl))
  app.decorateRequest('scope')
  if (config.AUTH === 'keystone') {
    app.decorate('isKnownToken', (token) => callers.cached(token) !== undefined)
    app.addHook('onRoute', (route) => {
      if (route.config?.public !== true) describeAuthentication(route)
    })
  }
  app.addHook('onRequest', config.AUTH === 'keystone' ? ask : letIn)

  function letIn (request: FastifyRequest, reply: FastifyReply, done: () => void) {
    request.scope = everything
    done()
  }

  function ask (request: FastifyRequest, reply: FastifyReply, done: () => void) {
    request.scope = nothing
    if (request.routeOptions.config.public === true) return done()
    reply.header('vary', vary)
    const token = requireToken(request.headers)
    const known = callers.cached(token)
    if (known === undefined) return request.runInContext(() => callers.authenticate(token)).then((caller) => enter(caller, request))
    enter(known, request)
    done()
  }
}, { name: 'authentication', dependencies: ['config', 'openstack', 'prometheus', 'request-context'] })

/** Where a caller is to get a token: an address alone, whatever else the URL may have in it. @throws InvalidSetting */
function challengeOf (uri: string) {
  if (!URL.canParse(uri)) throw new InvalidSetting('WWW_AUTHENTICATE_URI must be the URL of Keystone, such as https://cloud.example.org:5000/v3')
  const { origin, pathname } = new URL(uri)
  return `Keystone uri="${origin}${pathname}"`
}

/** Lets a caller see what he may, unless this request is nothing for his token. @throws Forbidden */
function enter ({ scope, rules }: Caller, request: FastifyRequest) {
  if (scope.sees === 'none') throw new Forbidden(scope.reason)
  if (rules !== undefined && !isAllowed(rules, request.method, request.url.split('?', 1)[0]!)) {
    throw new Forbidden('the access rules of the application credential do not allow this request')
  }
  request.scope = scope
}

/** Tells in the OpenAPI document that a route asks who calls, and what it answers therefore. */
function describeAuthentication (route: RouteOptions) {
  const schema = { ...route.schema }
  const response = { ...schema.response as object, ...problems(401, 403), ...('params' in schema && unseen) }
  route.schema = { ...schema, security: [{ token: [] }, { bearer: [] }], response }
}
