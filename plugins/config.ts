import env from '@fastify/env'
import fp from 'fastify-plugin'
import type { AppOptions } from '../app.js'
import type { Clock } from '../lib/keep.js'
import { explainSetting, refuseOpenAddress, Settings } from '../lib/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    config: Settings
    clock: Clock
  }
}

/** The settings, validated before anything is built from them, and the clock. */
export default fp<AppOptions>(async (app, { env: given = process.env, now = Date.now }) => {
  // What is set to nothing is not set: that is how shells and unit files leave a variable out.
  const data = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  try {
    await app.register(env, { schema: Settings, data, env: false })
  } catch (err) {
    throw explainSetting((err as { errors: Parameters<typeof explainSetting> }).errors[0])
  }
  refuseOpenAddress(app.config)
  app.log.level = app.config.LOG_LEVEL
  app.decorate('clock', {
    now,
    failed: (err) => app.log.warn({ err }, 'a renewal failed: what is in hand is used on')
  })
}, { name: 'config' })
