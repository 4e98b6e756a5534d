import type { IncomingHttpHeaders } from 'node:http'

/** What a simulated server stands for; the service names its upstreams the same. */
export type Role = 'identity' | 'compute' | 'network' | 'block-storage' | 'metrics'

/** One call as a simulated server received it; `query` is the URL's, a form in the body stays in `body`. */
export interface SimulatedCall {
  role: Role
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

/** What a server answers: an object becomes JSON, a string is sent as it is. */
export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string | object
}

/** What a test answers instead: its own answer, none ever ('hang'), or a broken connection ('reset'). */
export type Interception = Answer | 'hang' | 'reset'
