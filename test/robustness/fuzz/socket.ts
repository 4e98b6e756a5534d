import { connect } from 'node:net'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { firstResponse } from '#test/support/socket.js'

/** After this time without a byte the client ends its side: the server waits for the rest of the message. */
const idleTimeoutMs = 300
/** After this time the server must have closed the connection. */
const closeTimeoutMs = 5_000

export interface Reply {
  received: string
  /** Whether the client ended its side before the server sent a byte. */
  endedFirst: boolean
  response?: ReceivedResponse
}

/**
 * Sends a message to a port, and reads until the response is complete or the server closes the connection.
 * @throws if the server neither responds nor closes the connection
 */
export function exchange (port: number, message: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const reply: Reply = { received: '', endedFirst: false }
    const socket = connect(port, '127.0.0.1')
    const idle = setTimeout(() => {
      reply.endedFirst = reply.received === ''
      socket.end()
    }, idleTimeoutMs)
    const stuck = setTimeout(() => {
      socket.destroy()
      reject(new Error('the server keeps the connection open without a response'))
    }, closeTimeoutMs)
    const finish = () => {
      clearTimeout(idle)
      clearTimeout(stuck)
      socket.destroy()
      resolve(reply)
    }
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      reply.received += text
      reply.response = firstResponse(reply.received, message.startsWith('HEAD '))?.response
      if (reply.response !== undefined) finish()
    })
    // A server may close the connection before it has read the message; its response still counts.
    socket.on('error', finish)
    socket.on('close', finish)
    socket.write(message)
  })
}
