import type { IncomingMessage } from 'node:http'
import { RequestRejected } from '#lib/errors.js'

/** Characters of a URL: twice the longest sensible query. */
const maxUrlLength = 8_192

type RawRequest = Pick<IncomingMessage, 'url' | 'httpVersion' | 'headers' | 'rawHeaders'>

/**
 * Checks the format of a request, whatever it asks for. Source: RFC 9110, RFC 9112 (3.2, Host).
 * @returns why it is rejected; `undefined` where it is well-formed
 */
export function checkRequest ({ url = '', httpVersion, headers, rawHeaders }: RawRequest) {
  if (!/^1\.[01]$/.test(httpVersion)) {
    return new RequestRejected(400, 'The request must use HTTP/1.1 or HTTP/1.0.')
  }
  const hosts = countHosts(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) {
    return new RequestRejected(400, 'The request must have exactly one Host header.')
  }
  if (url.length > maxUrlLength) {
    return new RequestRejected(414, `The URL must not be longer than ${maxUrlLength} characters.`)
  }
  // The router would drop it, and code that reads the path later would not.
  if (url.includes('#')) return new RequestRejected(400, 'The URL must not have a fragment.')
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return new RequestRejected(417, 'The Expect header must be 100-continue.')
  }
  return undefined
}

/** Names of this host alone, with any port. */
export const loopbackHost = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.[0-9]{1,3}){3}|\[::1\])?(?::[0-9]*)?$/i

/**
 * Checks the Host of a request to a service that authenticates nobody and listens on loopback. Otherwise a
 * page of any site could resolve its own name to loopback, and read the responses (DNS rebinding).
 */
export function checkHost ({ headers: { host = '' } }: RawRequest) {
  if (loopbackHost.test(host)) return undefined
  return new RequestRejected(
    400, 'The Host header must name this host, such as localhost, unless ALLOW_UNAUTHENTICATED is set.'
  )
}

/** Whether a request has a body. */
export function hasBody ({ headers }: RawRequest) {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Node's `headers` has the first Host alone. */
function countHosts (rawHeaders: string[]) {
  let count = 0
  for (let n = 0; n < rawHeaders.length; n += 2) if (rawHeaders[n]!.toLowerCase() === 'host') count++
  return count
}
