import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import autoload from '@fastify/autoload'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type {
  FastifyInstance, FastifyPluginAsync, FastifyPluginCallback, FastifyServerOptions
} from 'fastify'
import type { Settings } from '#lib/config/settings.js'
import { loadCertificate } from '#lib/config/tls-certificate.js'
import type { TlsCertificate } from '#lib/config/tls-certificate.js'
import { parseTrustedProxies } from '#lib/config/trusted-proxies.js'
import { sendClientError } from '#lib/http/client-error.js'
import { canonicalUrl } from '#lib/http/request-url.js'
import { securityHeaders } from '#lib/http/security-headers.js'
import { serverOptions } from '#lib/http/server-options.js'
import authentication from './plugins/authentication.js'
import authorization from './plugins/authorization.js'
import config, { loadConfig } from './plugins/config.js'
import clientKey from './plugins/http/client-key.js'
import concurrencyLimit from './plugins/http/concurrency-limit.js'
import cors from './plugins/http/cors.js'
import errors, { sendUnrouted } from './plugins/http/errors.js'
import gracefulShutdown from './plugins/http/graceful-shutdown.js'
import idParameters from './plugins/http/id-parameters.js'
import managementListener from './plugins/http/management-listener.js'
import methods from './plugins/http/methods.js'
import queryParameters from './plugins/http/query-parameters.js'
import rateLimit from './plugins/http/rate-limit.js'
import requestChecks from './plugins/http/request-checks.js'
import securityHeadersPlugin from './plugins/http/security-headers.js'
import tlsReload from './plugins/http/tls-reload.js'
import underPressure from './plugins/http/under-pressure.js'
import influx from './plugins/influx.js'
import metrics from './plugins/metrics.js'
import prometheus from './plugins/observability/prometheus.js'
import requestContext from './plugins/observability/request-context.js'
import requestLifecycle from './plugins/observability/request-lifecycle.js'
import requestLog from './plugins/observability/request-log.js'
import tracing from './plugins/observability/tracing.js'
import openapi from './plugins/openapi.js'
import openstack from './plugins/openstack.js'
import prometheusClient from './plugins/prometheus.js'
import readiness from './plugins/readiness.js'
import redis from './plugins/redis.js'
import reload from './plugins/reload.js'
import responseCache from './plugins/response-cache.js'
import session from './plugins/session.js'
import ui from './plugins/ui.js'

export interface AppOptions {
  /** The environment with the settings; `process.env` unless given. */
  env?: Record<string, string | undefined>
  /** Those settings, where they are loaded already. */
  config?: Settings
  /** The clock, in unix milliseconds. */
  now?: () => number
  logger?: FastifyServerOptions['logger']
}

/** Facts that are known before there is a server. */
export interface PluginOptions {
  config: Settings
  certificate?: TlsCertificate
  headers: OutgoingHttpHeaders
  env: Record<string, string | undefined>
  now: () => number
}

/**
 * Everything that is registered before the routes, in order. A request passes the `onRequest` hooks of these
 * plugins from top to bottom, and then their `preParsing` hooks: whatever is cheap and rejects many requests
 * comes first, the limits count a caller once it is known, and the response cache comes last.
 */
const plugins: Array<FastifyPluginAsync<PluginOptions> | FastifyPluginCallback<PluginOptions>> = [
  // Decorators that others use.
  requestLifecycle, // app.onRequestEnd: how each request ended, also when the client disconnected
  prometheus, //       app.telemetry
  config, //           app.config, app.clock
  reload, //           app.onReload, app.reload
  redis, //            app.redis, app.sharedStore
  openstack, //        app.openstack
  influx, //           app.influx
  prometheusClient, // app.prometheus
  metrics, //          app.metrics: the metrics store in use, with its caches
  authorization, //    app.authorization
  readiness, //        app.readiness
  // The server.
  errors,
  requestLog,
  tlsReload,
  // The request pipeline.
  securityHeadersPlugin,
  methods, //          405 from other methods' routes
  cors, //             responds to preflight requests
  tracing,
  requestChecks, //    400, 414, 417
  managementListener, // 404 for a route of the other listener; app.listenForManagement, request.listener
  underPressure, //    503
  session, //          request.sessionToken of a cookie; app.session
  clientKey, //        request.caller of a known token; request.clientKey, for the two limits
  rateLimit, //        429
  concurrencyLimit, // 429
  requestContext, //   request.runInContext
  authentication, //   401, 403; request.caller, request.scope
  queryParameters, //  removes empty ones
  responseCache, //    responds at once where a fresh response is cached; reply.sendCached
  idParameters, //     in lower case
  ui, //               the page at /ui/
  // The document of all routes that follow.
  openapi,
  // The last plugin is the first to close: the others close after the last connection.
  gracefulShutdown
]

/**
 * The service, ready to listen or to be injected into.
 * @throws InvalidSetting
 */
export async function buildApp (
  { env = process.env, config: loaded, now = Date.now, logger = false }: AppOptions = {}
) {
  const config = loaded ?? await loadConfig(env)
  const certificate = loadCertificate(config)
  const options = serverOptions(certificate)
  const headers = securityHeaders(certificate !== undefined)
  const app = Fastify({
    logger,
    // plugins/observability/request-log writes one line per request.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => `req-${randomUUID()}`,
    ...options,
    // Fastify would set its own.
    requestTimeout: options.http.requestTimeout,
    trustProxy: parseTrustedProxies(config.TRUST_PROXY),
    rewriteUrl: ({ url }) => canonicalUrl(url!),
    frameworkErrors: (_, request, reply) => sendUnrouted(request, reply.headers(headers)),
    clientErrorHandler (this: FastifyInstance, err, socket) {
      sendClientError(err, socket, headers, this.log)
    },
    // A start on a busy machine is slow, which is no failure.
    pluginTimeout: 60_000,
    // While it closes, the service still responds on open connections: see plugins/http/graceful-shutdown.
    return503OnClosing: false,
    // Long enough to reject an id of any length as an invalid id, and not as an unknown route.
    routerOptions: { maxParamLength: 16_384 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } }
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-openstack-request-id', request.id)
    done()
  })
  for (const plugin of plugins) await app.register(plugin, { config, certificate, headers, env, now })
  await app.register(autoload, { dir: join(import.meta.dirname, 'routes') })
  return app
}
