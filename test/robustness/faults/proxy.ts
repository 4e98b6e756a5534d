import { createServer as createHttpServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { Agent, request } from 'undici'

/** What stands between the service and an upstream, and passes on what it hears until it is given a fault. */
export interface Proxy {
  port: number
  /** Where it passes to. */
  target: string
  /** Since it was started. */
  counted: { connections: number, requests: number }
  begin: (fault: Fault) => void
  heal: () => void
  /** Ends all connections. */
  drop: () => void
  /** Ends them, and takes no more. */
  close: () => Promise<void>
  /** Listens again, on the same port. */
  open: (certificate?: Certificate) => Promise<void>
}

/** What goes wrong on the wire; what is left out goes on as ever. */
export interface Fault {
  /** What becomes of a new connection. */
  connection?: (socket: Socket) => unknown
  /** What becomes of a request. Nothing is sent but what this sends. */
  request?: (passing: Passing) => unknown
}

/** What is said to a request. */
export interface Said {
  status: number
  /** The words after the status. */
  words?: string
  headers: IncomingHttpHeaders | OutgoingHttpHeaders
  body: Buffer | string
}

/** A request on its way. */
export interface Passing {
  /** Which one it is since the fault began, from 1. */
  number: number
  method: string
  path: string
  /** What was sent with it. */
  sent: Buffer
  response: ServerResponse
  socket: Socket
  /** What the upstream really says. */
  ask: () => Promise<Said>
  say: (said: Said) => void
}

export interface Certificate {
  cert: string
  key: string
}

/** Of one connection each: the other one has its own. */
const ofOneConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'])
const passedOn = (headers: object) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofOneConnection.has(name)))

/** Starts a proxy on a free loopback port, with TLS where it has a certificate. */
export async function startProxy (certificate?: Certificate): Promise<Proxy> {
  const agent = new Agent()
  const sockets = new Set<Socket>()
  let fault: Fault = {}
  let number = 0
  let server: Server | undefined

  const http = createHttpServer((incoming, response) => {
    proxy.counted.requests++
    const { socket } = incoming
    const say = ({ status, words, headers, body }: Said) => {
      response.writeHead(
        status, words, passedOn(headers)
      ).end(body)
    }
    const pass = async ({ ask, say }: Passing) => say(await ask())
    buffer(incoming)
      .then((body) => (fault.request ?? pass)({
        number: ++number,
        method: incoming.method!,
        path: incoming.url!,
        sent: body,
        response,
        socket,
        say,
        ask: () => ask(incoming, body)
      }))
      // Where the one side is gone, so is the other.
      .catch(() => { socket.destroy() })
  })
  // Longer than clients keep theirs, so that no connection closes under a request that is on its way.
  http.keepAliveTimeout = 65_000

  async function ask ({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Said> {
    const answer = await request(proxy.target + url, {
      method: method as 'GET',
      headers: passedOn(headers),
      body: body.length > 0 ? body : undefined,
      dispatcher: agent
    })
    return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer.body) }
  }

  function track (socket: Socket) {
    proxy.counted.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  }

  function accept (socket: Socket) {
    // One with TLS is another one than that which is tracked.
    socket.on('error', () => {})
    if (fault.connection) fault.connection(socket)
    else http.emit('connection', socket)
  }

  const proxy: Proxy = {
    port: 0,
    target: '',
    counted: { connections: 0, requests: 0 },
    begin (given) {
      fault = given
      number = 0
      // What is to happen to connections happens to none that are there already.
      if (fault.connection) proxy.drop()
    },
    heal () { fault = {} },
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
      // A client that does not like the certificate says so and goes.
      opening.on('tlsClientError', () => {})
      await new Promise<void>((resolve) => opening.listen(proxy.port, '127.0.0.1', resolve))
      proxy.port = (opening.address() as AddressInfo).port
      server = opening
    }
  }
  await proxy.open(certificate)
  return proxy
}
