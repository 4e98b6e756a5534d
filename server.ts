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
  const { code, message } = err as NodeJS.ErrnoException
  if (!(err instanceof InvalidSetting) && code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw err
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
