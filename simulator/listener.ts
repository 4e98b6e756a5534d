import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedResponse, Interception, UpstreamName, SimulatedCall } from './exchange.js'

/** A server of one role on a free loopback port; `respond` sees every call, which takes no less than `latency` ms with the making of its answer. */
export async function listen (role: UpstreamName, latency: number, respond: (call: SimulatedCall) => Interception): Promise<Server> {
  const server = createServer((request, response) => {
    // A caller that gave up while it was speaking gets no answer.
    receive(role, request).then(async (call) => {
      const start = performance.now()
      const answer = respond(call)
      const left = latency - (performance.now() - start)
      if (left > 0) await sleep(left)
      if (answer === 'reset') request.socket.destroy()
      else if (answer !== 'hang') send(role, response, answer)
    }, () => response.destroy())
  })
  // Longer than clients keep theirs, so that no connection closes under a call that is on its way.
  server.keepAliveTimeout = 65_000
  await open(server)
  return server
}

/** Lets a server listen on loopback, on a free port unless it is to be a certain one. */
export function open (server: Server, port = 0): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
}

/** Where a server listens, such as http://127.0.0.1:40001. */
export function originOf (server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Ends a server at once, with whatever it leaves unanswered. */
export function stop (server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function receive (role: UpstreamName, request: IncomingMessage): Promise<SimulatedCall> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const [path, ...search] = request.url!.split('?')
  return { upstream: role, method: request.method!, path: path!, query: new URLSearchParams(search.join('?')), headers: request.headers, body }
}

function send (role: UpstreamName, response: ServerResponse, { status, headers, body }: SimulatedResponse): void {
  response.statusCode = status
  if (role !== 'metrics') response.setHeader('x-openstack-request-id', `req-${randomUUID()}`)
  if (typeof body === 'object') response.setHeader('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value)
  response.end(typeof body === 'object' ? JSON.stringify(body) : body)
}
