import { createServer as createHttpServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { Agent, request } from 'undici'

/** A proxy between the service and an upstream. Without a fault it forwards everything. */
export interface Proxy {
  port: number
  /** The origin of the upstream. */
  target: string
  /** Counts since the start. */
  counts: { connections: number, requests: number }
  inject: (fault: Fault) => void
  recover: () => void
  /** Closes all connections. */
  drop: () => void
  /** Closes all connections and stops listening. */
  close: () => Promise<void>
  /** Listens again, on the same port. */
  open: (certificate?: Certificate) => Promise<void>
}

/** A fault on the wire. Without a handler, connections and requests work as usual. */
export interface Fault {
  /** Handles each new connection. */
  connection?: (socket: Socket) => unknown
  /** Handles each request; the client receives only the output of this handler. */
  request?: (request: ProxiedRequest) => unknown
}

export interface ProxyResponse {
  status: number
  /** The reason phrase after the status. */
  reason?: string
  headers: IncomingHttpHeaders | OutgoingHttpHeaders
  body: Buffer | string
}

export interface ProxiedRequest {
  /** Counted from the start of the fault; the first request is 1. */
  number: number
  method: string
  path: string
  body: Buffer
  response: ServerResponse
  socket: Socket
  /** Gets the real response of the upstream. */
  forward: () => Promise<ProxyResponse>
  respond: (response: ProxyResponse) => void
}

export interface Certificate {
  cert: string
  key: string
}

/** Headers of a single connection, which a proxy must not forward. */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'])
const endToEnd = (headers: object) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)))

/**
 * Starts a proxy on a free loopback port, with TLS if there is a certificate.
 * @param keepAliveMs how long an idle connection stays open; it announces that to its clients
 */
export async function startProxy (certificate?: Certificate, keepAliveMs = 65_000): Promise<Proxy> {
  const agent = new Agent()
  const sockets = new Set<Socket>()
  let fault: Fault = {}
  let number = 0
  let server: Server | undefined

  const http = createHttpServer((incoming, response) => {
    proxy.counts.requests++
    const { socket } = incoming
    const respond = ({ status, reason, headers, body }: ProxyResponse) => {
      response.writeHead(status, reason, endToEnd(headers)).end(body)
    }
    const pass = async ({ forward, respond }: ProxiedRequest) => respond(await forward())
    buffer(incoming)
      .then((body) => (fault.request ?? pass)({
        number: ++number,
        method: incoming.method!,
        path: incoming.url!,
        body,
        response,
        socket,
        respond,
        forward: () => forward(incoming, body)
      }))
      // If one side is gone, the other side is closed too.
      .catch(() => { socket.destroy() })
  })
  // Clients close a connection two seconds earlier, so that none closes during a request.
  http.keepAliveTimeout = keepAliveMs

  async function forward ({ method, url, headers }: IncomingMessage, body: Buffer): Promise<ProxyResponse> {
    const real = await request(proxy.target + url, {
      method: method as 'GET',
      headers: endToEnd(headers),
      body: body.length > 0 ? body : undefined,
      dispatcher: agent
    })
    return { status: real.statusCode, headers: real.headers, body: await buffer(real.body) }
  }

  function track (socket: Socket) {
    proxy.counts.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  }

  function accept (socket: Socket) {
    // A TLS socket is not the tracked TCP socket, and needs its own handler.
    socket.on('error', () => {})
    if (fault.connection) fault.connection(socket)
    else http.emit('connection', socket)
  }

  const proxy: Proxy = {
    port: 0,
    target: '',
    counts: { connections: 0, requests: 0 },
    inject (next) {
      fault = next
      number = 0
      // A fault of new connections would not reach the open ones.
      if (fault.connection) proxy.drop()
    },
    recover () { fault = {} },
    drop () { for (const socket of sockets) socket.destroy() },
    async close () {
      const closing = server
      if (closing === undefined) return
      server = undefined
      await new Promise((resolve) => {
        closing.close(resolve)
        proxy.drop()
      })
    },
    async open (certificate) {
      const opening = certificate ? createTlsServer(certificate, accept) : createServer(accept)
      opening.on('connection', track)
      // Clients that reject the certificate cause this error.
      opening.on('tlsClientError', () => {})
      await new Promise<void>((resolve) => opening.listen(proxy.port, '127.0.0.1', resolve))
      proxy.port = (opening.address() as AddressInfo).port
      server = opening
    }
  }
  await proxy.open(certificate)
  return proxy
}
