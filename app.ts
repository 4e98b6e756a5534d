import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import autoload from '@fastify/autoload'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type { FastifyServerOptions } from 'fastify'
import { answerClientError } from './lib/client-error.js'
import { sendProblem } from './plugins/errors.js'

export interface AppOptions {
  /** Where the settings are read from; `process.env` unless given. */
  env?: Record<string, string | undefined>
  /** The clock, in unix milliseconds. */
  now?: () => number
  logger?: FastifyServerOptions['logger']
}

/** The service, ready to listen or to be injected into. @throws InvalidSetting */
export async function buildApp ({ logger = false, ...options }: AppOptions = {}) {
  const app = Fastify({
    logger,
    // One line a request is plugins/request-log's to write.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => `req-${randomUUID()}`,
    // Time to send a request in: whoever takes longer holds a connection for nothing.
    requestTimeout: 30_000,
    frameworkErrors: sendProblem,
    clientErrorHandler: answerClientError,
    // Long enough that an id of any length is refused as one, and not as an unknown route.
    routerOptions: { maxParamLength: 16_384 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } }
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.addHook('onRequest', async (request, reply) => { reply.header('x-openstack-request-id', request.id) })
  await app.register(autoload, { dir: join(import.meta.dirname, 'plugins'), options })
  await app.register(autoload, { dir: join(import.meta.dirname, 'routes') })
  return app
}
