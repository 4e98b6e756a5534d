import { pipeline, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Begin } from './case.js'
import type { Fault, Passing, Said } from './proxy.js'

/**
 * What each faulty answer has in its status line, its headers and its body: neither an answer of the service
 * nor its log may have it.
 */
export const marker = 'Zq7-of-an-upstream'

/** A fault on the wire to each of the ill. */
export const onTheWire = (fault: Fault): Begin => ({ proxies }, at) => {
  for (const role of at) proxies[role].begin(fault)
  return () => { for (const role of at) proxies[role].heal() }
}

/** Something else is said, in full. */
export const saying = (say: (passing: Passing) => Said | Promise<Said>): Begin => onTheWire({
  request: async (passing) => passing.say(await say(passing))
})

/** What is really said, in another body. */
export const garbling = (garble: (text: string) => string | Buffer, headers: object = {}): Begin =>
  saying(async ({ ask }) => {
    const said = await ask()
    return {
      status: said.status,
      words: marker,
      headers: { ...said.headers, ...marked, ...headers },
      body: garble(String(said.body))
    }
  })

export const marked = {
  'x-marked': marker,
  server: marker,
  'www-authenticate': marker,
  'content-language': marker,
  'set-cookie': marker
}

/** An answer that an upstream, or something before it, gives of itself. */
export const said = (status: number, body: string | Buffer, headers: object = {}): Said =>
  ({ status, words: marker, headers: { 'content-type': 'application/json', ...marked, ...headers }, body })

export const page = `<html><head><title>${marker}</title></head><body><h1>${marker}</h1></body></html>`
export const html = { 'content-type': 'text/html' }

/** Every so many requests something else becomes of one. */
export const everyOther = (n: number, request: NonNullable<Fault['request']>) => async (passing: Passing) =>
  passing.number % n === 0 ? await request(passing) : passing.say(await passing.ask())

/** Something else becomes of each request when it comes first, and nothing when it comes again. */
export function atFirst (request: NonNullable<Fault['request']>) {
  const known = new Set<string>()
  return async (passing: Passing) => {
    const key = `${passing.method} ${passing.path} ${passing.sent}`
    if (known.has(key)) return passing.say(await passing.ask())
    known.add(key)
    await request(passing)
  }
}

/** The bytes of an answer as they go over the wire. */
export function wire ({ status, headers, body }: Said) {
  const lines = Object.entries({
    ...headers,
    ...marked,
    connection: undefined,
    'transfer-encoding': undefined,
    'content-length': Buffer.byteLength(body)
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`)
  return { head: `HTTP/1.1 ${status} ${marker}\r\n${lines.join('')}\r\n`, body: Buffer.from(body) }
}

/** Sends a piece every so many milliseconds, for as long as somebody listens. */
export async function drip (
  { socket }: Pick<Passing, 'socket'>, pieces: Iterable<string | Buffer>, ms: number
) {
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    await sleep(ms)
  }
}

/** Sends the same again and again, as fast as it is taken, for as long as somebody listens. */
export function flood ({ socket }: Pick<Passing, 'socket'>, piece: Buffer, bytes: number) {
  pipeline(Readable.from(repeated(piece, bytes / piece.length)), socket, () => {})
}

function * repeated (piece: Buffer, times: number) {
  for (let n = 0; n < times; n++) yield piece
}
