import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.js'
import { InvalidSetting } from './lib/errors.js'
import { logger } from './lib/logger.js'

/** Milliseconds that requests under way have to finish after a signal. */
const delay = 10_000

try {
  const app = await buildApp({ logger })
  closeWithGrace({ delay, logger: app.log }, () => app.close())
  await app.listen({ host: app.config.HOST, port: app.config.PORT })
} catch (err) {
  const { message, stack, syscall } = err as NodeJS.ErrnoException
  // What an operator can mend is told in a line; what only we can, in full.
  process.stderr.write(`${err instanceof InvalidSetting || syscall !== undefined ? message : stack}\n`)
  process.exit(1)
}
