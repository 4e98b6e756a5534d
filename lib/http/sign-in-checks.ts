import type { IncomingHttpHeaders } from 'node:http'
import { loopbackHost } from './request-checks.js'

/** Whether a browser sent a request for a page of this service. Source: W3C, "Fetch Metadata". */
export const isSameOrigin = (headers: IncomingHttpHeaders) => headers['sec-fetch-site'] === 'same-origin'

const loopbackAddress = /^(?:::ffff:)?127(?:\.[0-9]{1,3}){3}$|^::1$/

/** A request, as far as it shows how it was sent. A trusted proxy reports the protocol and the address. */
interface SentRequest {
  protocol: string
  ip: string
  headers: IncomingHttpHeaders
}

/**
 * Whether nobody on the network can read a request: it came over HTTPS, or within this host. A proxy that is
 * not trusted may run on this host, and its clients elsewhere: their `Host`, or the `Origin` of a page of
 * this service, shows that.
 */
export function isConfidential ({ protocol, ip, headers }: SentRequest) {
  if (protocol === 'https') return true
  const { host = '', origin } = isSameOrigin(headers) ? headers : { ...headers, origin: undefined }
  return loopbackAddress.test(ip) && [host, hostOf(origin)].every((name) => loopbackHost.test(name))
}

/** The host of an `Origin`; an empty one where a browser leaves it out, or sends `null`. */
const hostOf = (origin = '') => URL.canParse(origin) ? new URL(origin).host : ''

/** The origin of the page that sent a request, as the browser reached it. */
export function pageOrigin ({ protocol, host, headers: { origin = '' } }: SentRequest & { host: string }) {
  return URL.canParse(origin) ? new URL(origin).origin : `${protocol}://${host}`
}
