import type { Server } from 'node:https'
import fp from 'fastify-plugin'
import { loadCertificate } from '#lib/config/tls-certificate.js'
import type { TlsCertificate } from '#lib/config/tls-certificate.js'

/** Milliseconds between two looks at the files. They are read and not watched: a watch does not see through every link, mount and rename. */
const period = 10_000

/** Takes a new certificate over for the connections to come; one that is of no use is told once, and the old one serves on. */
export default fp<{ certificate?: TlsCertificate }>(async (app, { certificate: served }) => {
  if (served === undefined) return
  const server = app.server as Server
  let told: string | undefined

  const timer = setInterval(() => {
    try {
      const found = loadCertificate(app.config)!
      told = undefined
      if (found.cert === served!.cert && found.key === served!.key) return
      server.setSecureContext(found)
      served = found
      app.log.info('the new certificate is taken over')
    } catch (err) {
      const { message } = err as Error
      if (message !== told) app.log.error({ err }, 'the new certificate is of no use: the old one serves on')
      told = message
    }
  }, period).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}, { name: 'tls-reload', dependencies: ['config'] })
