import { connect } from 'node:net'
import type { ReceivedResponse } from './openapi-contract.js'

/**
 * Writes text to a port, which need not be HTTP, and returns everything that is received until the server
 * closes the connection. A character is a byte, in both directions.
 * @param end whether the client ends its side after the message, so that the server cannot wait for more
 */
export function sendRaw (port: number, message: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.on('data', (text) => { received += text })
    // A server may close the connection while the client still sends; only the bytes before that count.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(message, 'latin1')
    if (end) socket.end()
  })
}

const responsePattern =
  /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 ([2-9][0-9]{2}) [^\r]+\r\n(.*?)\r\n\r\n(.*)$/s

/**
 * The first response in received text, after a `100 Continue`, and the text after it.
 * @returns `undefined` where the response is incomplete
 */
export function firstResponse (
  received: string, bodiless = false
): { response: ReceivedResponse, rest: string } | undefined {
  const [, status, head, rest] = responsePattern.exec(received) ?? []
  if (status === undefined) return undefined
  const headers = Object.fromEntries(head!.split('\r\n').map((line) => {
    const [name, ...value] = line.split(': ')
    return [name!.toLowerCase(), value.join(': ')]
  }))
  const length = bodiless ? 0 : Number(headers['content-length'] ?? 0)
  if (rest!.length < length) return undefined
  const body = Buffer.from(rest!.slice(0, length), 'latin1').toString()
  return { response: { statusCode: Number(status), headers, body }, rest: rest!.slice(length) }
}

/**
 * All responses in received text, in order.
 * @throws Error where the last one is incomplete
 */
export function responsesIn (received: string, bodiless = false): ReceivedResponse[] {
  if (received === '') return []
  const first = firstResponse(received, bodiless)
  if (first === undefined) throw new Error(`incomplete response: ${JSON.stringify(received.slice(0, 500))}`)
  return [first.response, ...responsesIn(first.rest, bodiless)]
}
