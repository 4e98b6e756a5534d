import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createDispatcher, createUpstream } from '../../lib/upstream.js'

const bounds = { timeout: 2_000, connections: 1 }
const folder = t.testdir({})
const file = (name: string) => join(folder, name)

// One self-signed certificate serves both sides: each trusts it as its own CA.
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
  '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' })

t.test('an upstream over TLS that asks for a client certificate', async (t) => {
  const [cert, key] = [readFileSync(file('cert.pem')), readFileSync(file('key.pem'))]
  const server = createServer({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }, (request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const get = async (tls: object) => {
    const dispatcher = createDispatcher(bounds, tls)
    t.teardown(() => dispatcher.destroy())
    return createUpstream(dispatcher, bounds)('identity', { url })
  }
  const client = { cert: file('cert.pem'), key: file('key.pem') }
  t.match(await get({ cacert: file('cert.pem'), ...client }), { status: 200 })
  t.match(await get({ insecure: true, ...client }), { status: 200 })
  await t.rejects(get(client), { reason: 'unreachable', message: /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/ })
  await t.rejects(get({ cacert: file('cert.pem') }), { name: 'UpstreamError', reason: 'unreachable' })
})
