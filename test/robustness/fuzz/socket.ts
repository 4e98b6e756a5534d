import { connect } from 'node:net'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { firstResponse } from '#test/support/socket.js'

/**
 * Milliseconds without a word after which the client ends its side: the server waits for more than there is.
 */
const patience = 300
/** Milliseconds that the server then has to end its own. */
const longest = 5_000

/** What came back for a message; `ended` where the server answered nothing before the client ended. */
export interface Reply {
  received: string
  ended: boolean
  answer?: ReceivedResponse
}

/** Writes a message to a port, and reads until there is a whole answer or the server hangs up. */
export function exchange (port: number, message: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const reply: Reply = { received: '', ended: false }
    const socket = connect(port, '127.0.0.1')
    const idle = setTimeout(() => {
      reply.ended = reply.received === ''
      socket.end()
    }, patience)
    const hung = setTimeout(() => {
      socket.destroy()
      reject(new Error('the server keeps the connection and says nothing'))
    }, longest)
    const finish = () => {
      clearTimeout(idle)
      clearTimeout(hung)
      socket.destroy()
      resolve(reply)
    }
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      reply.received += text
      reply.answer = firstResponse(reply.received, message.startsWith('HEAD '))?.response
      if (reply.answer !== undefined) finish()
    })
    // A server that hangs up while it is still being spoken to is in its right; what it said before counts.
    socket.on('error', finish)
    socket.on('close', finish)
    socket.write(message)
  })
}
