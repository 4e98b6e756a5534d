import type { IncomingHttpHeaders } from 'node:http'

/** What a simulated server stands for; the service names its upstreams the same. */
export type UpstreamName = 'identity' | 'compute' | 'network' | 'block-storage' | 'metrics'

/** One call as a simulated server received it; `query` is the URL's, a form in the body stays in `body`. */
export interface SimulatedCall {
  upstream: UpstreamName
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

/** What a server answers: an object becomes JSON, a string is sent as it is. */
export interface SimulatedResponse {
  status: number
  headers?: Record<string, string>
  body?: string | object
}

/** What a test answers instead: its own answer, none ever ('hang'), or a broken connection ('reset'). */
export type Interception = SimulatedResponse | 'hang' | 'reset'
