import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import { createCertificate } from '#test/support/certificates.js'
import { startService } from '#test/support/service.js'
import { responsesIn } from '#test/support/socket.js'

const { files, cert } = createCertificate(t.testdir({}))
const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Everything that a server sends on a connection until it closes it. */
async function receive (socket: Socket) {
  let received = ''
  socket.setEncoding('latin1').on('error', () => {}).on('data', (text) => { received += text })
  await once(socket, 'close')
  return responsesIn(received).map(({ statusCode }) => statusCode)
}

for (const [name, env] of [['HTTP', {}], ['HTTPS', { TLS_CERT: files.cert, TLS_KEY: files.key }]] as const) {
  t.test(`${name}: headers may take 10 s, and a request 30 s`, async (t) => {
    const { app } = await startService(t, { env })
    // Node enforces a limit at the next check.
    const { headersTimeout, requestTimeout, connectionsCheckingInterval: interval } =
      app.server as Server & { connectionsCheckingInterval: number }
    t.same([headersTimeout + interval, requestTimeout + interval], [10_000, 30_000])
  })

  t.test(`${name}: each request of a connection has this limit`, async (t) => {
    const { app } = await startService(t, { env })
    Object.assign(app.server, { headersTimeout: 1 })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const open = () => name === 'HTTP'
      ? connect(port, '127.0.0.1')
      : connectTls({ port, host: '127.0.0.1', ca: cert })
    for (const partial of ['GET', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ']) {
      const first = open()
      first.write(partial)
      t.same(await receive(first), [408], 'the first one')

      const second = open()
      second.write(request)
      await once(second, 'data')
      const received = receive(second)
      second.write(partial)
      t.same(await received, [408], 'one on an open connection')
    }
  })
}
