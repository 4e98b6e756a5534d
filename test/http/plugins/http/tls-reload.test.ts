import { once } from 'node:events'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mock } from 'node:test'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { createCertificate } from '#test/support/certificates.js'
import { startService } from '#test/support/service.js'
import { sendRaw } from '#test/support/socket.js'

const folder = t.testdir({ one: {}, two: {} })
const one = createCertificate(join(folder, 'one'))
const two = createCertificate(join(folder, 'two'))
const get = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Starts the service with HTTPS; it reads its files again when the test calls `tick`. */
async function startTls (t: Test, TLS_CERT: string, TLS_KEY: string) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const messages: string[] = []
  const write = (line: string) => { if (line.includes('certificate')) messages.push(JSON.parse(line).msg) }
  const { app } = await startService(t, { env: { TLS_CERT, TLS_KEY }, logger: { stream: { write } } })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', ca: [one.cert, two.cert] })
    t.teardown(() => socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }
  return { url, port, messages, open, tick: () => mock.timers.tick(10_000) }
}

/** The index of the certificate that a connection was opened with. */
const certificateOf = (socket: TLSSocket) =>
  [one.cert, two.cert].indexOf(socket.getPeerX509Certificate()!.toString())

/** The status of a request on a connection. */
async function statusOn (socket: TLSSocket) {
  socket.write(get)
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String((await once(socket, 'data'))[0]))![1])
}

t.test('serves HTTPS with HSTS', async (t) => {
  const { url, port } = await startTls(t, one.files.cert, one.files.key)
  t.match(url, /^https:/)
  const dispatcher = new Agent({ connect: { ca: one.cert } })
  t.teardown(() => dispatcher.close())
  const { statusCode, headers } = await request(`${url}/healthz`, { dispatcher })
  t.equal(statusCode, 200)
  t.equal(headers['strict-transport-security'], 'max-age=31536000')
  t.equal(await sendRaw(port, get), '', 'a connection without TLS is closed')
})

t.test('reloads a certificate that is written in place, without closing connections', async (t) => {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  writeFileSync(files.cert, one.cert)
  writeFileSync(files.key, one.key)
  const { messages, open, tick } = await startTls(t, files.cert, files.key)
  const before = await open()
  t.equal(certificateOf(before), 0)
  t.equal(await statusOn(before), 200)

  tick()
  t.same(messages, [], 'no file has changed')
  writeFileSync(files.cert, two.cert)
  tick()
  tick()
  t.same(messages, ['certificate unusable: the present one stays'], 'half of a pair is logged once')
  t.equal(certificateOf(await open()), 0)
  writeFileSync(files.key, two.key)
  tick()
  t.same(messages.slice(1), ['certificate renewed'])
  t.equal(certificateOf(await open()), 1)
  t.equal(await statusOn(before), 200, 'on the connection from before')

  writeFileSync(files.key, 'nonsense')
  tick()
  t.equal(certificateOf(await open()), 1)
  writeFileSync(files.key, two.key)
  tick()
  t.equal(messages.length, 3, 'the certificate in use is not reloaded')
})

t.test('reloads a certificate whose folder is replaced behind a link', async (t) => {
  // Kubernetes mounts a secret like this: each file is a link through another link, which a rename replaces.
  const mount = join(folder, 'mount')
  mkdirSync(mount)
  symlinkSync('../one', join(mount, '..data'))
  for (const name of ['cert.pem', 'key.pem']) symlinkSync(`..data/${name}`, join(mount, name))
  const { messages, open, tick } = await startTls(t, join(mount, 'cert.pem'), join(mount, 'key.pem'))
  t.equal(certificateOf(await open()), 0)

  symlinkSync('../two', join(mount, '..data_tmp'))
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
  tick()
  t.same(messages, ['certificate renewed'])
  t.equal(certificateOf(await open()), 1)
})

t.test('closes a connection without a TLS handshake', { timeout: 60_000 }, async (t) => {
  const { port } = await startTls(t, one.files.cert, one.files.key)
  t.equal(await sendRaw(port, ''), '')
})
