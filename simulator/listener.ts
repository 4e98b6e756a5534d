import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedResponse, Interception, UpstreamName, SimulatedCall } from './calls.js'

/**
 * Starts the server of one upstream on a free loopback port.
 * @param latency the shortest time in ms from a received call to its response
 * @param respond makes the response to a call
 */
export async function listen (
  upstream: UpstreamName, latency: number, respond: (call: SimulatedCall) => Interception
): Promise<Server> {
  const server = createServer((request, response) => {
    // A client that disconnects while it sends its request gets no response.
    receive(upstream, request).then(async (call) => {
      const start = performance.now()
      const result = respond(call)
      const remaining = latency - (performance.now() - start)
      if (remaining > 0) await sleep(remaining)
      if (result === 'reset') request.socket.destroy()
      else if (result !== 'hang') send(upstream, response, result)
    }, () => response.destroy())
  })
  // Longer than the clients' keep-alive timeout, so that the server closes no connection on which a call is
  // arriving.
  server.keepAliveTimeout = 65_000
  await open(server)
  return server
}

/** Lets a server listen on loopback; port 0 chooses a free port. */
export function open (server: Server, port = 0): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
}

/** The origin of a server, such as http://127.0.0.1:40001. */
export function originOf (server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Stops a server at once and closes its connections, also those with unanswered calls. */
export function stop (server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function receive (upstream: UpstreamName, request: IncomingMessage): Promise<SimulatedCall> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const [path, ...search] = request.url!.split('?')
  return {
    upstream,
    method: request.method!,
    path: path!,
    query: new URLSearchParams(search.join('?')),
    headers: request.headers,
    body
  }
}

function send (
  upstream: UpstreamName, response: ServerResponse, { status, headers, body }: SimulatedResponse
): void {
  response.statusCode = status
  if (upstream !== 'metrics') response.setHeader('x-openstack-request-id', `req-${randomUUID()}`)
  if (typeof body === 'object') response.setHeader('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value)
  response.end(typeof body === 'object' ? JSON.stringify(body) : body)
}
