#!/usr/bin/env -S node --max-semi-space-size=8
import { lookup } from 'node:dns/promises'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.js'
import { cliOutput } from '#lib/config/cli.js'
import { InvalidSetting } from '#lib/errors.js'
import { logger, bufferedStdout } from '#lib/observability/logger.js'
import { durationMs } from '#lib/config/settings.js'

// The flag above is in `npm start` too: half of the space for what is new, for 25 MB less in all.
// On a machine with much memory V8 lets garbage grow to several times of what is alive: 330 MB instead of 230 after ten minutes of all that the
// benchmark asks for. To collect it sooner costs little, as most of what is alive (kept bytes and buckets) is not V8's to look through.
setFlagsFromString('--heap-growing-percent=25')

try {
  const told = cliOutput(process.argv.slice(2))
  if (told === undefined) await serve()
  else process.stdout.write(told)
} catch (err) {
  const { message, stack, syscall, code } = err as NodeJS.ErrnoException
  // What an operator can mend is told in a line; what only we can, in full.
  const mendable = err instanceof InvalidSetting || syscall !== undefined || code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${mendable ? message : stack}\n`)
  process.exit(1)
}

async function serve () {
  const app = await buildApp({ logger: { ...logger, stream: bufferedStdout() } })
  closeWithGrace({ delay: durationMs(app.config, 'SHUTDOWN_GRACE'), logger: app.log }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'a fault of the service itself: it ends')
    else app.log.info({ signal }, 'asked to end')
    await app.close()
  })
  // Of `localhost` Fastify would listen on all addresses, with servers that the plugins know nothing of.
  const { address } = await lookup(app.config.HOST, { order: 'ipv4first' })
  await app.listen({ host: address, port: app.config.PORT })
}
