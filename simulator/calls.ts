import type { IncomingHttpHeaders } from 'node:http'

/** The upstream that a simulated server plays; the service uses the same names. */
export type UpstreamName = 'identity' | 'compute' | 'network' | 'block-storage' | 'metrics'

/** One received call. `query` is the URL's; a form in the body stays in `body`. */
export interface SimulatedCall {
  upstream: UpstreamName
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

/** A response of a simulated server: an object is sent as JSON, a string unchanged. */
export interface SimulatedResponse {
  status: number
  headers?: Record<string, string>
  body?: string | object
}

/** A test's replacement for a response: its own, none at all (`hang`), or a closed connection (`reset`). */
export type Interception = SimulatedResponse | 'hang' | 'reset'
