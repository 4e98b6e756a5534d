import { pipeline, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Inject } from './case.js'
import type { Fault, ProxiedRequest, ProxyResponse } from './proxy.js'

/** Text in the reason phrase, headers and body of faulty responses. No client and no log may get it. */
export const marker = 'Zq7-of-an-upstream'

/** Injects a fault into the proxy of each failing upstream. */
export const onTheWire = (fault: Fault): Inject => ({ proxies }, upstreams) => {
  for (const upstream of upstreams) proxies[upstream].inject(fault)
  return () => { for (const upstream of upstreams) proxies[upstream].recover() }
}

/** Replaces the response. */
export const responding = (
  respond: (request: ProxiedRequest) => ProxyResponse | Promise<ProxyResponse>
): Inject => onTheWire({
  request: async (request) => request.respond(await respond(request))
})

/** Replaces the body of the real response. */
export const changingBody = (change: (text: string) => string | Buffer, headers: object = {}): Inject =>
  responding(async ({ forward }) => {
    const real = await forward()
    return {
      status: real.status,
      reason: marker,
      headers: { ...real.headers, ...markedHeaders, ...headers },
      body: change(String(real.body))
    }
  })

export const markedHeaders = {
  'x-marked': marker,
  server: marker,
  'www-authenticate': marker,
  'content-language': marker,
  'set-cookie': marker
}

/** A response of an upstream, or of a gateway in front of it, with the marker. */
export const response = (status: number, body: string | Buffer, headers: object = {}): ProxyResponse => ({
  status,
  reason: marker,
  headers: { 'content-type': 'application/json', ...markedHeaders, ...headers },
  body
})

const page = `<html><head><title>${marker}</title></head><body><h1>${marker}</h1></body></html>`

/** The same with an HTML page. */
export const htmlResponse = (status: number, headers: object = {}) =>
  response(status, page, { 'content-type': 'text/html', ...headers })

type HandleRequest = NonNullable<Fault['request']>

/** Applies the fault to every nth request. */
export const everyNth = (n: number, handle: HandleRequest) => async (request: ProxiedRequest) =>
  request.number % n === 0 ? await handle(request) : request.respond(await request.forward())

/** Applies the fault to the first attempt of each request; a retry succeeds. */
export function onFirstAttempt (handle: HandleRequest) {
  const attempted = new Set<string>()
  return async (request: ProxiedRequest) => {
    const key = `${request.method} ${request.path} ${request.body}`
    if (attempted.has(key)) return request.respond(await request.forward())
    attempted.add(key)
    await handle(request)
  }
}

/** The bytes of a response on the wire. */
export function wire ({ status, headers, body }: ProxyResponse) {
  const sent = {
    ...headers,
    ...markedHeaders,
    connection: undefined,
    'transfer-encoding': undefined,
    'content-length': Buffer.byteLength(body)
  }
  const lines = Object.entries(sent)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`)
  return { head: `HTTP/1.1 ${status} ${marker}\r\n${lines.join('')}\r\n`, body: Buffer.from(body) }
}

/** Sends one piece every `intervalMs` until the client closes the connection. */
export async function drip (
  { socket }: Pick<ProxiedRequest, 'socket'>,
  pieces: Iterable<string | Buffer>,
  intervalMs: number
) {
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    await sleep(intervalMs)
  }
}

/** Repeats a piece as fast as the client reads, until `bytes` are sent or the connection is closed. */
export function flood ({ socket }: Pick<ProxiedRequest, 'socket'>, piece: Buffer, bytes: number) {
  pipeline(Readable.from(repeated(piece, bytes / piece.length)), socket, () => {})
}

function * repeated (piece: Buffer, times: number) {
  for (let n = 0; n < times; n++) yield piece
}
