import type { ServerOptions } from 'node:http'
import type { SecureContextOptions } from 'node:tls'

/**
 * Milliseconds between two checks for slow clients. Node enforces a time limit at the next check, so the
 * limits below are shorter by one interval.
 */
const connectionsCheckingInterval = 500

/**
 * Limits on a connection before there is a request: 10 s for the TLS handshake, 10 s for the headers, and
 * 30 s for the complete request. A slow client occupies a connection for nothing. A missing Host header is
 * rejected by plugins/http/request-checks, as a problem.
 */
const limits = {
  headersTimeout: 10_000 - connectionsCheckingInterval,
  requestTimeout: 30_000 - connectionsCheckingInterval,
  connectionsCheckingInterval,
  maxHeaderSize: 16_384,
  requireHostHeader: false
} satisfies ServerOptions

/** The options of an HTTP server, or of an HTTPS server with a certificate. */
export const serverOptions = (certificate?: Pick<SecureContextOptions, 'cert' | 'key'>) => ({
  http: limits,
  ...(certificate && { https: { ...limits, ...certificate, handshakeTimeout: 10_000 } })
})
