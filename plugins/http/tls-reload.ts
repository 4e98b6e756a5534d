import type { Server } from 'node:https'
import fp from 'fastify-plugin'
import { loadCertificate } from '#lib/config/tls-certificate.js'
import type { TlsCertificate } from '#lib/config/tls-certificate.js'
import { InvalidSetting } from '#lib/errors.js'

/**
 * Milliseconds between two reads of the files. A watch would miss changes behind links, mounts and renames.
 */
const intervalMs = 10_000

/**
 * Uses a renewed certificate for new connections. An unusable one is logged once, and the present one stays.
 */
export default fp<{ certificate?: TlsCertificate }>(async (app, { certificate: current }) => {
  app.onReload((settings) => {
    const certificate = loadCertificate(settings)
    if ((certificate === undefined) !== (current === undefined)) {
      throw new InvalidSetting('TLS_CERT turns HTTPS on or off, which needs a restart')
    }
    return () => { if (certificate !== undefined) use(certificate) }
  })
  if (current === undefined) return
  let loggedError: string | undefined

  const timer = setInterval(() => {
    try {
      const certificate = loadCertificate(app.config)!
      loggedError = undefined
      use(certificate)
    } catch (err) {
      const { message } = err as Error
      if (message !== loggedError) app.log.error({ err }, 'certificate unusable: the present one stays')
      loggedError = message
    }
  }, intervalMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))

  function use (certificate: TlsCertificate) {
    if (certificate.cert === current!.cert && certificate.key === current!.key) return
    const server = app.server as Server
    server.setSecureContext(certificate)
    current = certificate
    app.log.info('certificate renewed')
  }
}, { name: 'tls-reload', dependencies: ['config', 'reload'] })
