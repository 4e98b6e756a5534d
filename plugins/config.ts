import env from '@fastify/env'
import fp from 'fastify-plugin'
import type { Clock } from '../lib/keep.js'
import { isOpen, refuseOpenAddress, Settings } from '../lib/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    config: Settings
    clock: Clock
  }
}

/** The settings, and the clock. */
export default fp<{ config: Settings, now: () => number }>(async (app, { config, now }) => {
  refuseOpenAddress(config)
  app.log.level = config.LOG_LEVEL
  if (isOpen(config)) app.log.warn({ address: config.HOST }, 'who reaches this address reads every project: nobody is asked who he is')
  // They were read before there was a server, which some of them shape: here they are put in place.
  await app.register(env, { schema: Settings, data: config, env: false })
  app.decorate('clock', {
    now,
    failed (err) {
      app.telemetry.failed(err, 'kept')
      app.log.warn({ err }, 'a renewal failed: what is in hand is used on')
    }
  })
}, { name: 'config', dependencies: ['telemetry'] })
