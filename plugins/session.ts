import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createLoginLimit } from '#lib/auth/login-limit.js'
import { createSealer } from '#lib/auth/sealed.js'
import { createSessionCookies } from '#lib/auth/session-cookies.js'
import { createSessions } from '#lib/auth/session.js'
import type { Session, SignInResult } from '#lib/auth/session.js'
import { findToken } from '#lib/auth/token.js'
import { parseSessionKeys } from '#lib/config/session-keys.js'
import { visibilityRoles } from '#lib/config/settings.js'
import { parseWebsso } from '#lib/config/websso.js'
import { FactorsMissing, Forbidden, NotFound, RequestRejected, Unauthorized } from '#lib/errors.js'
import { bodyReader } from '#lib/http/request-body.js'
import { isConfidential, isSameOrigin, pageOrigin } from '#lib/http/sign-in-checks.js'
import { withVersion } from '#lib/openstack/catalog.js'
import { ScopeChoice, SignIn, signInMethods, SignOnForm } from '#schemas/session.js'
import type { SessionState } from '#schemas/session.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The sessions of users that sign in at the page: the handlers of its routes. */
    session: ReturnType<typeof createHandlers>
  }
  interface FastifyRequest {
    /** The token of the page's session, on routes that need one and where no header has another. */
    sessionToken: string | undefined
  }
  interface FastifyContextConfig {
    /**
     * The purpose of a route of the session: to `read` it, to `change` it, to log in (`login`), or to log in
     * by the `callback` of a single sign-on.
     */
    session?: 'read' | 'change' | 'login' | 'callback'
  }
}

/** The path that Keystone posts to after a single sign-on. */
const callbackPath = '/ui/session/websso'

/** The page after a single sign-on that failed. */
const signOnFailed = '/ui/?signIn=failed'

const readSignIn = bodyReader('application/json', SignIn)
const readChoice = bodyReader('application/json', ScopeChoice)
const readForm = bodyReader('application/x-www-form-urlencoded', SignOnForm)

/**
 * Sessions of users that sign in at the page. A cookie holds the token, and counts like a header with it, in
 * requests of the page itself.
 */
export default fp(async (app) => {
  const { config, clock } = app
  const seal = createSealer(parseSessionKeys(config.SESSION_KEY), clock.now)
  const cookies = createSessionCookies(seal, clock.now)
  app.decorate('session', createHandlers(app, cookies))
  app.decorateRequest('sessionToken', undefined)
  if (config.AUTH !== 'keystone') return
  app.addHook('onListen', (done) => {
    if (config.SESSION_KEY === undefined) app.log.info('no SESSION_KEY: a restart signs users out')
    done()
  })

  app.addHook('onRequest', (request, reply, done) => {
    const { headers, routeOptions: { config } } = request
    // Most requests have no cookie, and a promise would cost more than the rest of a cached response.
    if (config.public === true || headers.cookie === undefined || findToken(headers)) return done()
    openSession(cookies, request).then((session) => {
      request.sessionToken = session?.token
      done()
    }, done)
  })
}, { name: 'session', dependencies: ['config', 'openstack'] })

function unlessRejected (err: unknown) {
  if (!(err instanceof Unauthorized)) throw err
}

type Cookies = ReturnType<typeof createSessionCookies>
type App = Pick<FastifyRequest['server'], 'config' | 'clock' | 'openstack' | 'log' | 'forgetToken'>

/** The session of a request that a page of this service sent. */
const openSession = async (cookies: Cookies, { headers }: FastifyRequest) =>
  isSameOrigin(headers) ? await cookies.session(headers.cookie ?? '') : undefined

function createHandlers (app: App, cookies: Cookies) {
  const { config, clock, openstack } = app
  const keystone = withVersion(config.WWW_AUTHENTICATE_URI ?? openstack.authUrl, 'identity')
  const isOn = config.AUTH === 'keystone'
  const providers = isOn ? parseWebsso(config.WEBSSO) : []
  const limitLogins = createLoginLimit(clock.now)
  const sessions = createSessions(openstack, visibilityRoles(config), {
    tokenEnded: (token) => app.forgetToken!(token),
    revocationFailed: (err) => app.log.warn({ err }, 'token not revoked')
  })

  const describe = (session?: Session): SessionState => ({
    auth: config.AUTH,
    signedIn: session !== undefined,
    user: session?.user ?? null,
    scope: session?.scope ?? null,
    expires: session === undefined ? null : new Date(session.expires).toISOString(),
    methods: isOn ? signInMethods : [],
    websso: providers.map(({ id, label }) => ({ id, label }))
  })

  async function requireSession (request: FastifyRequest) {
    const session = await openSession(cookies, request)
    if (session === undefined) throw new Unauthorized('nobody is signed in')
    return session
  }

  /** Lets the browser keep a session, or the receipt of a part of it. */
  async function keep (result: SignInResult, request: FastifyRequest, reply: FastifyReply) {
    if ('needs' in result) {
      reply.header('set-cookie', await cookies.writeText('receipt', result.receipt))
      throw new FactorsMissing(result.needs)
    }
    reply.header('set-cookie', await cookies.writeSession(result.session))
    reply.header('set-cookie', cookies.clear('receipt'))
    request.caller = result.caller
    return describe(result.session)
  }

  function limitLogin ({ clientKey }: FastifyRequest, reply: FastifyReply) {
    const seconds = limitLogins(clientKey!)
    if (seconds === 0) return
    reply.header('retry-after', seconds)
    throw new RequestRejected(429, 'Too many sign-ins from this address.')
  }

  return {
    /** Checks a request of these routes: a hook. @throws Forbidden, RequestRejected */
    async check (request: FastifyRequest, reply: FastifyReply) {
      const { session = 'read' } = request.routeOptions.config
      reply.header('cache-control', 'no-store')
      if (session === 'read') return
      if (session !== 'callback' && !isSameOrigin(request.headers)) {
        throw new Forbidden('the request must come from a page of this service')
      }
      if (!isConfidential(request)) throw new Forbidden('signing in needs HTTPS: see TRUST_PROXY')
      if (session !== 'change') limitLogin(request, reply)
    },

    /** The signed-in user, and the ways to sign in. */
    show: async (request: FastifyRequest) =>
      describe(isOn ? await openSession(cookies, request) : undefined),

    /** Signs a user in, and ends the session that the browser had before. */
    async signIn (request: FastifyRequest, reply: FastifyReply) {
      const login = await readSignIn(request.raw)
      const receipt = await cookies.text(request.headers.cookie ?? '', 'receipt')
      const result = await sessions.signIn(login, receipt)
      const former = 'session' in result ? await openSession(cookies, request) : undefined
      const state = await keep(result, request, reply)
      if (former !== undefined) await sessions.signOut(former)
      return state
    },

    /** Ends the session, and what the browser has cached for it. */
    async signOut (request: FastifyRequest, reply: FastifyReply) {
      const session = await openSession(cookies, request)
      if (session !== undefined) await sessions.signOut(session)
      reply.header('set-cookie', cookies.clear('session'))
      return reply.header('clear-site-data', '"cache"').code(204).send()
    },

    /** The scopes that the user may choose. */
    scopes: async (request: FastifyRequest) => await sessions.scopes(await requireSession(request)),

    /** Changes the scope of the session. */
    async rescope (request: FastifyRequest, reply: FastifyReply) {
      const session = await requireSession(request)
      return await keep(await sessions.rescope(session, await readChoice(request.raw)), request, reply)
    },

    /** The URL at Keystone where a single sign-on starts, which this browser alone may finish. */
    async startSignOn (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) {
      const provider = providers.find(({ id }) => id === request.params.id)
      if (provider === undefined) throw new NotFound('no such identity provider')
      const origin = `${pageOrigin(request)}${callbackPath}`
      reply.header('set-cookie', await cookies.writeText('websso', provider.id))
      return { url: `${keystone}${provider.path}?${new URLSearchParams({ origin })}` }
    },

    /**
     * Signs a user in with the token that Keystone's page posts. Keystone's protocol has no state: without
     * the cookie of the start, an attacker's page could sign the user in as the attacker. The page says so
     * where it fails: the user sees the response.
     */
    async finishSignOn (request: FastifyRequest, reply: FastifyReply) {
      const started = await cookies.text(request.headers.cookie ?? '', 'websso')
      if (started === undefined) return reply.redirect(signOnFailed, 303)
      reply.header('set-cookie', cookies.clear('websso'))
      const { token } = await readForm(request.raw)
      const result = await sessions.signOn(token).catch(unlessRejected)
      if (result === undefined) return reply.redirect(signOnFailed, 303)
      await keep(result, request, reply)
      return reply.redirect('/ui/', 303)
    }
  }
}
