import { connect } from 'node:net'
import type { ReceivedResponse } from './openapi-contract.js'

/**
 * Writes to a port what need not be HTTP, and reads until the server hangs up. A character is a byte, both ways.
 * @param end whether the client ends its side, having said all: a server that waits for more then knows that there is none
 */
export function converse (port: number, message: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.on('data', (text) => { received += text })
    // A server that hangs up while it is still being spoken to is in its right; what it said before counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(message, 'latin1')
    if (end) socket.end()
  })
}

/** The first answer in what was received, after the leave to go on that some ask for, and what follows it; `undefined` where it is not whole. */
export function firstAnswer (received: string, bodiless = false): { answer: ReceivedResponse, rest: string } | undefined {
  const [, status, head, rest] = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 ([2-9][0-9]{2}) [^\r]+\r\n(.*?)\r\n\r\n(.*)$/s.exec(received) ?? []
  if (status === undefined) return undefined
  const headers = Object.fromEntries(head!.split('\r\n').map((line) => {
    const [name, ...value] = line.split(': ')
    return [name!.toLowerCase(), value.join(': ')]
  }))
  const length = bodiless ? 0 : Number(headers['content-length'] ?? 0)
  if (rest!.length < length) return undefined
  return {
    answer: { statusCode: Number(status), headers, body: Buffer.from(rest!.slice(0, length), 'latin1').toString() },
    rest: rest!.slice(length)
  }
}

/** All answers in what was received, one after the other. */
export function answersIn (received: string, bodiless = false): ReceivedResponse[] {
  if (received === '') return []
  const first = firstAnswer(received, bodiless)
  if (first === undefined) throw new Error(`not a whole answer: ${JSON.stringify(received.slice(0, 500))}`)
  return [first.answer, ...answersIn(first.rest, bodiless)]
}
