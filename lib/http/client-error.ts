import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

interface Log {
  info: (facts: object, message: string) => void
}

/** Responds to bytes that are no HTTP request, and closes the connection. */
export function sendClientError (
  err: Error & { code?: string, rawPacket?: unknown }, socket: Socket, headers: OutgoingHttpHeaders, log: Log
) {
  // A client whose TLS handshake timed out could not read a response.
  if (!socket.writable || err.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return socket.destroy()
  const [status, detail] = describe(err)
  const title = STATUS_CODES[status]
  const requestId = `req-${randomUUID()}`
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, instance: '/' })
  const lines = Object.entries({
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    'x-openstack-request-id': requestId,
    ...headers
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  log.info({ requestId, status, code: err.code }, 'malformed request')
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`)
}

function describe (
  { code, rawPacket }: { code?: string, rawPacket?: unknown }
): [status: number, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request did not arrive in time.']
  if (code !== 'HPE_HEADER_OVERFLOW') return [400, 'The request is malformed.']
  return isInUrl(String(rawPacket))
    ? [414, 'The URL is too long.']
    : [431, 'The URL and the headers together are too long.']
}

/** Whether the received bytes are the beginning of a request that ends within its URL. */
const isInUrl = (packet: string) => /^[A-Z]+ [^ \r\n]+$/.test(packet)
