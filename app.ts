import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import autoload from '@fastify/autoload'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { readCertificate } from './lib/certificate.js'
import { answerClientError } from './lib/client-error.js'
import { trustedProxies } from './lib/proxies.js'
import { securityHeaders } from './lib/security-headers.js'
import { readSettings } from './lib/settings.js'
import { sendUnrouted } from './plugins/errors.js'

export interface AppOptions {
  /** Where the settings are read from; `process.env` unless given. */
  env?: Record<string, string | undefined>
  /** The clock, in unix milliseconds. */
  now?: () => number
  logger?: FastifyServerOptions['logger']
}

/** What a connection may take before there is a request. A request without a host is let through: plugins/requests refuses it with a problem. */
const http = { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384, requireHostHeader: false }

/** The service, ready to listen or to be injected into. @throws InvalidSetting */
export async function buildApp ({ env = process.env, now = Date.now, logger = false }: AppOptions = {}) {
  const config = readSettings(env)
  const certificate = readCertificate(config)
  const headers = securityHeaders(certificate !== undefined)
  const app = Fastify({
    logger,
    // One line a request is plugins/request-log's to write.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => `req-${randomUUID()}`,
    // Time to send a request in: whoever takes longer holds a connection for nothing.
    requestTimeout: 30_000,
    http,
    ...(certificate && { https: { ...http, ...certificate, handshakeTimeout: http.headersTimeout } }),
    trustProxy: trustedProxies(config.TRUST_PROXY),
    frameworkErrors: (err, request, reply) => sendUnrouted(err, request, reply.headers(headers)),
    clientErrorHandler (this: FastifyInstance, err, socket) {
      answerClientError(err, socket, headers, this.log)
    },
    // Where the machine is busy a start is slow, and no failure for that.
    pluginTimeout: 60_000,
    // Whoever is connected when the service closes is answered: see plugins/drain.
    return503OnClosing: false,
    // Long enough that an id of any length is refused as one, and not as an unknown route.
    routerOptions: { maxParamLength: 16_384 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } }
  }).withTypeProvider<TypeBoxTypeProvider>()

  // This and the other hooks that every request meets call back: a promise each would be a tenth of what a kept answer costs.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-openstack-request-id', request.id)
    done()
  })
  await app.register(autoload, { dir: join(import.meta.dirname, 'plugins'), options: { config, certificate, headers, now } })
  await app.register(autoload, { dir: join(import.meta.dirname, 'routes') })
  return app
}
