import { createServer, request as send } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/** How a proxy treats its requests: it forwards them, responds with a status, or stops. */
type Mode = 'forward' | number | 'drop' | 'hang'

/**
 * Starts an HTTP proxy on loopback, which ends with the test. It connects to the port of a request's host on
 * loopback, whatever its name. `requests` has each CONNECT, and each URL of http, with its login.
 */
export async function startProxy (t: Test) {
  const sockets = new Set<Socket>()
  const requests: Array<{ method: string, url: string, login?: string }> = []
  const state: { mode: Mode } = { mode: 'forward' }
  const record = ({ method, url, headers }: IncomingMessage) =>
    requests.push({ method: method!, url: url!, login: headers['proxy-authorization'] })

  const server = createServer((request, response) => {
    record(request)
    const { mode } = state
    if (mode === 'hang') return
    if (mode === 'drop') return request.socket.destroy()
    if (mode !== 'forward') return response.writeHead(mode).end('<html>proxy</html>')
    const { port, pathname, search } = new URL(request.url!)
    const { 'proxy-authorization': login, ...headers } = request.headers
    request.pipe(send(
      { host: '127.0.0.1', port, method: request.method, path: pathname + search, headers },
      (forwarded) => forwarded.pipe(response.writeHead(forwarded.statusCode!, forwarded.headers))
    ))
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    record(request)
    const { mode } = state
    if (mode === 'hang') return
    if (mode === 'drop') return socket.destroy()
    if (mode !== 'forward') return socket.end(`HTTP/1.1 ${mode} No\r\ncontent-length: 0\r\n\r\n`)
    const upstream = connect(Number(request.url!.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(close)
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests, state, close }
}
