import fp from 'fastify-plugin'
import { applyReloadable, needRestart } from '#lib/config/reload.js'
import type { Settings } from '#lib/config/settings.js'
import { replaceable } from '#lib/replaceable.js'
import type { UpstreamObserver } from '#lib/upstream/upstream-client.js'
import { loadConfig } from './config.js'

/** A client of upstreams, and its connections. */
interface Connection {
  client: object
  dispatcher: { close: () => Promise<unknown>, destroy: () => Promise<unknown> }
}

/** Checks new settings, and returns the function that applies them. It throws InvalidSetting. */
type Prepare = (settings: Settings) => (() => void) | Promise<() => void>

declare module 'fastify' {
  interface FastifyInstance {
    onReload: (prepare: Prepare) => void
    /**
     * A client of upstreams that a reload replaces by one with the new settings.
     * @param check throws InvalidSetting where the next connection cannot be used
     */
    reloadable: <C extends Connection>(
      connect: (settings: Settings, observer: UpstreamObserver) => C,
      check?: (next: C, present: C) => Promise<void>
    ) => C['client']
    /** Reads all settings and the files that they name again, and applies all of them or none. */
    reload: () => Promise<void>
  }
}

/** Applies changed credentials, certificates and log levels without a restart. */
export default fp<{ env: Record<string, string | undefined> }>(async (app, { env }) => {
  const prepares: Prepare[] = [(settings) => () => { app.log.level = settings.LOG_LEVEL }]
  let last = Promise.resolve()

  // The reverse order of the plugins: the check of the credential, which takes longest, comes last.
  app.decorate('onReload', (prepare) => { prepares.unshift(prepare) })
  app.decorate('reload', () => {
    last = last.then(reload)
    return last
  })

  app.decorate('reloadable', (connect, check) => {
    let present = start(app.config)
    present.use()
    app.addHook('onClose', () => present.connection.dispatcher.destroy())
    app.onReload(async (settings) => {
      const next = start(settings)
      try {
        await check?.(next.connection, present.connection)
      } catch (err) {
        await next.connection.dispatcher.destroy()
        throw err
      }
      return () => {
        present.connection.dispatcher.close().catch((err) => app.log.warn({ err }, 'connections not closed'))
        present = next
        present.use()
      }
    })
    return replaceable(() => present.connection.client)

    function start (settings: Settings) {
      const { observer, use } = observeFromUse(app.telemetry.upstreamObserver)
      return { connection: connect(settings, observer), use }
    }
  })

  async function reload () {
    try {
      const settings = await loadConfig(env)
      const applies = []
      for (const prepare of prepares) applies.push(await prepare(settings))
      for (const apply of applies) apply()
      const restart = needRestart(app.config, settings)
      applyReloadable(app.config, settings)
      app.log.info('settings reloaded')
      if (restart.length > 0) app.log.warn({ settings: restart }, 'changed settings need a restart')
    } catch (err) {
      app.log.error({ err }, 'reload failed: the present settings stay in use')
    }
  }
}, { name: 'reload', dependencies: ['config', 'prometheus'] })

/** An observer that reports the clients of a connection once it is used: a client replaces the one before. */
function observeFromUse (observer: UpstreamObserver) {
  const created: Array<Parameters<UpstreamObserver['clientCreated']>> = []
  let used = false
  return {
    observer: {
      ...observer,
      clientCreated (...args) {
        if (used) observer.clientCreated(...args)
        else created.push(args)
      }
    } satisfies UpstreamObserver as UpstreamObserver,
    use () {
      used = true
      for (const args of created) observer.clientCreated(...args)
    }
  }
}
