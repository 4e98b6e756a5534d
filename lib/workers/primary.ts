import { randomBytes } from 'node:crypto'
import cluster from 'node:cluster'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { durationMs } from '#lib/config/settings.js'
import type { Settings } from '#lib/config/settings.js'
import { lastLinesMs } from '#lib/observability/log-output.js'
import type { LogOutput } from '#lib/observability/log-output.js'
import type { SystemdNotifier } from '#lib/systemd-notify.js'
import { createWorkers } from './workers.js'

/** Milliseconds beyond SHUTDOWN_GRACE, in which workers end that have cut their requests. */
const exitMs = 2_000

/**
 * Runs the process that serves nothing itself: it starts the workers, and passes signals on to them. It ends
 * with 1 where a worker ends during the start; the worker has reported why.
 */
export async function runPrimary (
  count: number, settings: Settings, systemd: SystemdNotifier, log: Logger, logOutput: LogOutput
) {
  // Structured clones of messages: JSON has no NaN.
  cluster.setupPrimary({ serialization: 'advanced' })
  const workers = createWorkers({ fork: () => cluster.fork(env), log })
  const env = sessionKey()
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
    const asAsked = await workers.stop()
    await logOutput.drain(lastLinesMs(grace))
    if (!asAsked) process.exit(1)
  })

  if (await workers.start(count)) {
    log.info({ workers: count }, 'all workers listen')
    systemd.ready()
  } else if (!stopping) process.exit(1)

  /** A key that all workers share, unless the settings have one: a user's requests go to any of them. */
  function sessionKey (): Record<string, string> {
    if (settings.SESSION_KEY !== undefined) return {}
    if (settings.AUTH === 'keystone') log.info('no SESSION_KEY: a restart signs users out')
    return { SESSION_KEY: randomBytes(32).toString('base64url') }
  }
}
