#!/usr/bin/env -S node --max-semi-space-size=8
import cluster from 'node:cluster'
import { lookup } from 'node:dns/promises'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import type { Options } from 'close-with-grace'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { cliOutput } from '#lib/config/cli.js'
import { durationMs } from '#lib/config/settings.js'
import type { Settings } from '#lib/config/settings.js'
import { workerCount } from '#lib/config/workers.js'
import { InvalidSetting } from '#lib/errors.js'
import { createLogOutput, lastLinesMs, neverBlock } from '#lib/observability/log-output.js'
import type { LogOutput } from '#lib/observability/log-output.js'
import { logger } from '#lib/observability/logger.js'
import { createSystemdNotifier } from '#lib/systemd-notify.js'
import { openChannel } from '#lib/workers/channel.js'
import { runPrimary } from '#lib/workers/primary.js'
import type { buildApp } from './app.js'
import { loadConfig } from './plugins/config.js'

type App = Awaited<ReturnType<typeof buildApp>>

// The flag of the first line is in `npm start` too: half of the young generation, for 25 MB less memory in
// all, and a tenth more processor time for an uncached chart. On a machine with much memory V8 lets garbage
// grow to several times the live data, which earlier collection prevents. At 50 % uncached charts take as
// much processor time as without the flag, and at 25 % a tenth more, for 10 MB less.
setFlagsFromString('--heap-growing-percent=50')

/** Signals that mean nothing to the service. SIGHUP is among them until there is something to reload. */
const ignoredSignals =
  ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'] as const

/** Signals that a service manager or a terminal may send to all processes of the service at once. */
const signalsOfPrimary = ['SIGTERM', 'SIGINT'] as const

const stdout = neverBlock(process.stdout)
neverBlock(process.stderr)

try {
  const output = cliOutput(process.argv.slice(2))
  if (output === undefined) await run()
  else await print(output)
} catch (err) {
  const { message, stack, syscall, code } = err as NodeJS.ErrnoException
  // An operator's mistake is one line; a bug is reported with its stack.
  const isOperatorError = err instanceof InvalidSetting || syscall !== undefined ||
    code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${isOperatorError ? message : stack}\n`)
  process.exit(1)
}

function print (text: string) {
  return new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (err) => err ? reject(err) : resolve())
  })
}

async function run () {
  // Before anything else: their default is to end the process, or to open Node's debugger.
  for (const signal of ignoredSignals) process.on(signal, () => {})
  const settings = await loadConfig(process.env)
  const count = workerCount(settings)
  const logOutput = createLogOutput(stdout, count > 1)
  process.once('exit', logOutput.flushNow)
  if (count === 1) await serve(settings, logOutput)
  else if (cluster.isWorker) await serveAsWorker(settings, logOutput)
  else {
    const log = pino({ ...logger, level: settings.LOG_LEVEL }, logOutput)
    reportLosses(logOutput, log)
    await runPrimary(count, settings, systemdNotifier(log), log, logOutput)
  }
}

function systemdNotifier (log: Pick<Logger, 'warn'>) {
  return createSystemdNotifier(process.env, (err) => log.warn({ err }, 'systemd not notified'))
}

function reportLosses (logOutput: LogOutput, log: Pick<Logger, 'warn'>) {
  logOutput.onResumed((loss) => log.warn(loss, 'log lines were dropped'))
}

async function serve (settings: Settings, logOutput: LogOutput) {
  const app = await createApp(settings, logOutput)
  const systemd = systemdNotifier(app.log)
  process.on('SIGHUP', () => { if (!app.shuttingDown) systemd.reloading(app.reload) })
  closeAtEnd(app, logOutput, ['SIGHUP', 'SIGUSR2'], systemd.stopping)
  // For `localhost` Fastify would listen on all of its addresses, with servers that the plugins do not know.
  const { address } = await lookup(app.config.HOST, { order: 'ipv4first' })
  await app.listen({ host: address, port: app.config.PORT })
  await app.listenForManagement()
  systemd.ready()
}

/** Serves as one of several processes. The primary passes on what the signals of the whole service mean. */
async function serveAsWorker (settings: Settings, logOutput: LogOutput) {
  for (const signal of signalsOfPrimary) process.on(signal, () => {})
  const app = await createApp(settings, logOutput)
  const { close } = closeAtEnd(app, logOutput, [...signalsOfPrimary, 'SIGHUP', 'SIGUSR2'])
  await app.ready()
  // From now on Node closes the connections of clients that are too slow.
  app.server.emit('listening')
  const ask = openChannel(process, {
    alive () {},
    connection (listener, socket) {
      // A client may have disconnected.
      if (socket === undefined) return
      // As a server sets it, for clients that end their side once they have sent a request.
      socket.allowHalfOpen = true
      const server = listener === 'management' ? app.management! : app.server
      server.emit('connection', socket)
    },
    metrics: app.telemetry.snapshot,
    async reload () {
      await app.reload()
      return app.config.LOG_LEVEL
    },
    stop () { if (!app.shuttingDown) close() }
  })
  app.telemetry.setSum(() => ask('metrics'))
  await ask('ready')
}

async function createApp (config: Settings, logOutput: LogOutput) {
  // The primary of several processes does not load the app, which takes 30 MB.
  const { buildApp } = await import('./app.js')
  const app = await buildApp({ config, logger: { ...logger, stream: logOutput } })
  app.telemetry.setDroppedLogLines(logOutput.dropped)
  reportLosses(logOutput, app.log)
  return app
}

/** Closes the app at a signal other than those to skip, and at an error that nothing has caught. */
function closeAtEnd (app: App, logOutput: LogOutput, skip: Options['skip'], onStopping = () => {}) {
  const grace = durationMs(app.config, 'SHUTDOWN_GRACE')
  return closeWithGrace({ delay: grace, logger: app.log, skip }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'unexpected error: shutting down')
    else app.log.info({ signal }, 'shutting down')
    onStopping()
    await app.close()
    await logOutput.drain(lastLinesMs(grace))
  })
}
