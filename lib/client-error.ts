import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'

const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** Answers what is no HTTP request at all, before there is a request to answer, and hangs up. */
export function answerClientError (err: Error & { code?: string }, socket: Socket) {
  const status = statuses[String(err.code)] ?? 400
  const title = STATUS_CODES[status]
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: 'This is not a request that can be read.', instance: '/' })
  if (!socket.writable) return socket.destroy()
  socket.end(`HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n\r\n${body}`)
}
