import type { Server } from 'node:https'
import fp from 'fastify-plugin'
import { loadCertificate } from '#lib/config/tls-certificate.js'
import type { TlsCertificate } from '#lib/config/tls-certificate.js'

/**
 * Milliseconds between two reads of the files. A watch would miss changes behind links, mounts and renames.
 */
const intervalMs = 10_000

/**
 * Uses a renewed certificate for new connections. An unusable one is logged once, and the present one stays.
 */
export default fp<{ certificate?: TlsCertificate }>(async (app, { certificate: current }) => {
  if (current === undefined) return
  const server = app.server as Server
  let loggedError: string | undefined

  const timer = setInterval(() => {
    try {
      const certificate = loadCertificate(app.config)!
      loggedError = undefined
      if (certificate.cert === current!.cert && certificate.key === current!.key) return
      server.setSecureContext(certificate)
      current = certificate
      app.log.info('certificate renewed')
    } catch (err) {
      const { message } = err as Error
      if (message !== loggedError) app.log.error({ err }, 'certificate unusable: the present one stays')
      loggedError = message
    }
  }, intervalMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}, { name: 'tls-reload', dependencies: ['config'] })
