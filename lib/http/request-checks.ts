import type { IncomingMessage } from 'node:http'
import { RequestRejected } from '#lib/errors.js'

/** Characters of a URL: twice what the longest query that makes sense has. */
const longestUrl = 8_192

type Asked = Pick<IncomingMessage, 'url' | 'httpVersion' | 'headers' | 'rawHeaders'>

/** Why a request is refused for its form, whatever it asks for; `undefined` where it is not. Source: RFC 9110, RFC 9112 (3.2, Host). */
export function checkRequest ({ url = '', httpVersion, headers, rawHeaders }: Asked) {
  if (!/^1\.[01]$/.test(httpVersion)) return new RequestRejected(400, 'HTTP/1.1 or HTTP/1.0 must be spoken.')
  const hosts = countHosts(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) return new RequestRejected(400, 'Exactly one Host header must be given.')
  if (url.length > longestUrl) return new RequestRejected(414, `The URL must not be longer than ${longestUrl} characters.`)
  // The router would cut it off, and who looks at the path after it would not.
  if (url.includes('#')) return new RequestRejected(400, 'The URL must not have a fragment.')
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') return new RequestRejected(417, 'Nothing but 100-continue may be expected.')
  return undefined
}

/** Names of this host alone, with any port. */
const loopback = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.[0-9]{1,3}){3}|\[::1\])?(?::[0-9]*)?$/i

/**
 * Why a request is refused where nobody is asked who he is, and only this host can ask: a page of anywhere could else have its own name lead here,
 * and read what it is answered.
 */
export function checkHost ({ headers: { host = '' } }: Asked) {
  return loopback.test(host) ? undefined : new RequestRejected(400, 'The Host header must name this host, such as localhost, unless ALLOW_UNAUTHENTICATED is set.')
}

/** Whether a request has a body. */
export function hasBody ({ headers }: Asked) {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Node keeps the first one in `headers`, and says nothing of others. */
function countHosts (rawHeaders: string[]) {
  let count = 0
  for (let n = 0; n < rawHeaders.length; n += 2) if (rawHeaders[n]!.toLowerCase() === 'host') count++
  return count
}
