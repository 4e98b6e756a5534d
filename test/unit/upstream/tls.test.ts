import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { createCertificate } from '#test/support/certificates.js'
import { pemFiles } from '#test/support/pem-files.js'

const bounds = { timeout: 2_000, connections: 1 }
// One certificate serves both sides.
const { files, cert, key } = createCertificate(t.testdir({}))

t.test('an upstream over TLS that requires a client certificate', async (t) => {
  const server = createServer(
    { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true },
    (request, response) => response.end('{}')
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const get = async (paths: object, insecure = false) => {
    const dispatcher = createDispatcher(bounds, loadUpstreamTls({ ...pemFiles(paths), insecure }))
    t.teardown(() => dispatcher.destroy())
    return createUpstream(dispatcher, bounds)('identity', { operation: 'show-version', url })
  }
  t.match(await get({ cacert: files.cert, ...files }), { status: 200 })
  t.match(await get(files, true), { status: 200 })
  await t.rejects(get(files), { reason: 'unreachable', message: /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/ })
  await t.rejects(get({ cacert: files.cert }), { name: 'UpstreamError', reason: 'unreachable' })
})
