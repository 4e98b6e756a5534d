import env from '@fastify/env'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import type { Ajv } from 'ajv'
import type { Clock } from '#lib/cache/cache.js'
import { splitInfluxLogin } from '#lib/config/influx-login.js'
import { proxySettings } from '#lib/config/proxies.js'
import { loadSettingsFile } from '#lib/config/settings-file.js'
import {
  explainInvalidSetting, isOpenToNetwork, rejectOpenAddress, settingFormats, settingMarks, Settings
} from '#lib/config/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    config: Settings
    clock: Clock
  }
}

/** It has compiled the schema of the settings, which takes 50 ms. */
let validator: Ajv | undefined

/**
 * The settings of an environment, and of the file that its SETTINGS_FILE names. An empty variable counts as
 * unset: shells and unit files leave variables out that way. They are read by an instance of their own,
 * because TLS and the trusted proxies are options of the server itself.
 * @throws InvalidSetting
 */
export async function loadConfig (variables: Record<string, string | undefined>) {
  const lowerCase = proxySettings.map((name) => [name, variables[name.toLowerCase()]] as const)
  const given = withoutEmpty([...Object.entries(variables), ...lowerCase])
  const file = given.SETTINGS_FILE === undefined ? {} : loadSettingsFile(given.SETTINGS_FILE)
  const data = splitInfluxLogin({ ...withoutEmpty(Object.entries(file)), ...given })
  try {
    const reader = Fastify()
    await reader.register(env, {
      schema: Settings,
      data,
      env: false,
      ajv: {
        customOptions (ajv) {
          validator ??= withOwnWords(ajv)
          return validator
        }
      }
    })
    return reader.config
  } catch (err) {
    throw explainInvalidSetting(err as Error)
  }
}

function withOwnWords (ajv: Ajv) {
  for (const [name, { validate }] of Object.entries(settingFormats)) ajv.addFormat(name, validate)
  return ajv.addVocabulary([...settingMarks])
}

const withoutEmpty = (variables: Array<readonly [string, string | undefined]>): Record<string, string> =>
  Object.fromEntries(variables.flatMap(([name, value]) => value ? [[name, value]] : []))

/** The settings, and the clock. */
export default fp<{ config: Settings, now: () => number }>(async (app, { config, now }) => {
  rejectOpenAddress(config)
  app.log.level = config.LOG_LEVEL
  if (isOpenToNetwork(config)) {
    app.log.warn(
      { address: config.HOST }, 'unauthenticated clients that reach this address can read every project'
    )
  }
  app.decorate('config', config)
  app.decorate('clock', {
    now,
    onBackgroundError (err) {
      app.telemetry.readFailed(err, 'stale')
      app.log.warn({ err }, 'background refresh failed')
    }
  })
}, { name: 'config', dependencies: ['prometheus'] })
