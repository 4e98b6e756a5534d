import { randomBytes } from 'node:crypto'
import cluster from 'node:cluster'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { hostInUrl, parseManagementAddress } from '#lib/config/listen-address.js'
import type { Listener } from '#lib/config/listen-address.js'
import { durationMs } from '#lib/config/settings.js'
import type { Settings } from '#lib/config/settings.js'
import { openListener, openManagementListener } from '#lib/http/listen.js'
import { lastLinesMs } from '#lib/observability/log-output.js'
import type { LogOutput } from '#lib/observability/log-output.js'
import type { SystemdNotifier } from '#lib/systemd-notify.js'
import { createWorkers } from './workers.js'

/** Milliseconds beyond SHUTDOWN_GRACE, in which workers end that have cut their requests. */
const exitMs = 2_000

/**
 * Runs the process that serves nothing itself: it starts the workers, listens, and passes connections and
 * signals on to them. No worker listens: at a stop, each connection that was accepted still gets a response.
 * It ends with 1 where a worker ends during the start; the worker has reported why.
 * @throws where it cannot listen
 */
export async function runPrimary (
  count: number, settings: Settings, systemd: SystemdNotifier, log: Logger, logOutput: LogOutput
) {
  // Structured clones of messages: JSON has no NaN.
  cluster.setupPrimary({ serialization: 'advanced' })
  const workers = createWorkers({ fork: () => cluster.fork(env), log })
  const env = sessionKey()
  const listeners: Server[] = []
  let stopping = false

  process.once('exit', workers.kill)
  process.on('SIGHUP', () => { if (!stopping) systemd.reloading(workers.reload) })
  const grace = durationMs(settings, 'SHUTDOWN_GRACE')
  const closing = { delay: grace + exitMs, logger: log, skip: ['SIGHUP' as const, 'SIGUSR2' as const] }
  closeWithGrace(closing, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'unexpected error: shutting down')
    else log.info({ signal }, 'shutting down')
    stopping = true
    systemd.stopping()
    // Connections in the backlog are accepted first: they would be reset.
    await setImmediate()
    for (const listener of listeners) listener.close()
    const asAsked = await workers.stop()
    await logOutput.drain(lastLinesMs(grace))
    if (!asAsked) process.exit(1)
  })

  if (await workers.start(count)) {
    await listen()
    log.info({ workers: count }, 'all workers serve')
    systemd.ready()
  } else if (!stopping) process.exit(1)

  async function listen () {
    const { HOST: host, PORT, TLS_CERT } = settings
    const { address, port } = await openListener(createListener('public'), { host, port: PORT })
    const scheme = TLS_CERT === undefined ? 'http' : 'https'
    log.info(`Server listening at ${scheme}://${hostInUrl(address)}:${port}`)
    const management = parseManagementAddress(settings)
    if (management === undefined) return
    const opened = await openManagementListener(createListener('management'), management)
    log.info(opened, 'management listener open')
  }

  /** Creates a listener that reads nothing of its connections. */
  function createListener (name: Listener) {
    const listener = createServer({ pauseOnConnect: true, noDelay: true })
    listener.on('connection', (socket) => workers.connect(name, socket))
    listeners.push(listener)
    return listener
  }

  /** A key that all workers share, unless the settings have one: a user's requests go to any of them. */
  function sessionKey (): Record<string, string> {
    if (settings.SESSION_KEY !== undefined) return {}
    if (settings.AUTH === 'keystone') log.info('no SESSION_KEY: a restart signs users out')
    return { SESSION_KEY: randomBytes(32).toString('base64url') }
  }
}
