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
import { converse } from '#test/support/socket.js'

const folder = t.testdir({ one: {}, two: {} })
const one = createCertificate(join(folder, 'one'))
const two = createCertificate(join(folder, 'two'))

/** The service over HTTPS, and what it complained of; its files are looked at when `look` is called. */
async function serve (t: Test, TLS_CERT: string, TLS_KEY: string) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const log: string[] = []
  const logger = { stream: { write: (line: string) => { if (line.includes('certificate')) log.push(JSON.parse(line).msg) } } }
  const { app } = await startService(t, { env: { TLS_CERT, TLS_KEY }, logger })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', ca: [one.cert, two.cert] })
    t.teardown(() => socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }
  return { url, log, open, look: () => mock.timers.tick(10_000) }
}

/** Which of the two certificates a connection was made with. */
const served = (socket: TLSSocket) => [one.cert, two.cert].indexOf(socket.getPeerX509Certificate()!.toString())

/** The status that a connection is answered with. */
async function ask (socket: TLSSocket) {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String((await once(socket, 'data'))[0]))![1])
}

t.test('serves HTTPS, which browsers are to insist on', async (t) => {
  const { url } = await serve(t, one.files.cert, one.files.key)
  t.match(url, /^https:/)
  const dispatcher = new Agent({ connect: { ca: one.cert } })
  t.teardown(() => dispatcher.close())
  const { statusCode, headers } = await request(`${url}/healthz`, { dispatcher })
  t.equal(statusCode, 200)
  t.equal(headers['strict-transport-security'], 'max-age=31536000')
  t.equal(await converse(Number(new URL(url).port), 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), '', 'who speaks no TLS is hung up on')
})

t.test('takes over a certificate that is written in place, and drops no connection', async (t) => {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  writeFileSync(files.cert, one.cert)
  writeFileSync(files.key, one.key)
  const { log, open, look } = await serve(t, files.cert, files.key)
  const before = await open()
  t.equal(served(before), 0)
  t.equal(await ask(before), 200)

  look()
  t.same(log, [], 'nothing has changed')
  writeFileSync(files.cert, two.cert)
  look()
  look()
  t.same(log, ['certificate unusable: the present one stays'], 'half of a pair is told once')
  t.equal(served(await open()), 0)
  writeFileSync(files.key, two.key)
  look()
  t.same(log.slice(1), ['certificate renewed'])
  t.equal(served(await open()), 1)
  t.equal(await ask(before), 200, 'on the connection from before')

  writeFileSync(files.key, 'nonsense')
  look()
  t.equal(served(await open()), 1)
  writeFileSync(files.key, two.key)
  look()
  t.equal(log.length, 3, 'what was served all the time is not taken over')
})

t.test('takes over a certificate whose folder is exchanged behind a link', async (t) => {
  // As a secret is mounted in Kubernetes: the files are links through a link, which a rename exchanges.
  const mount = join(folder, 'mount')
  mkdirSync(mount)
  symlinkSync('../one', join(mount, '..data'))
  for (const name of ['cert.pem', 'key.pem']) symlinkSync(`..data/${name}`, join(mount, name))
  const { log, open, look } = await serve(t, join(mount, 'cert.pem'), join(mount, 'key.pem'))
  t.equal(served(await open()), 0)

  symlinkSync('../two', join(mount, '..data_tmp'))
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
  look()
  t.same(log, ['certificate renewed'])
  t.equal(served(await open()), 1)
})

t.test('hangs up on who shakes no hands', { timeout: 60_000 }, async (t) => {
  const { url } = await serve(t, one.files.cert, one.files.key)
  t.equal(await converse(Number(new URL(url).port), ''), '')
})
