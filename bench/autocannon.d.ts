/** What is used of autocannon, which brings no types. Source: its README, "API". */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  interface Client {
    setRequests (requests: Array<{ path: string }>): void
    /** Not in the README: `lib/httpClient.js`. */
    pipelinedRequests: { addBody (data: Buffer): void }
  }

  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    /** Milliseconds between two looks at whether it is time to stop. */
    sampleInt: number
    /** Seconds. */
    timeout: number
    headers?: Record<string, string>
    setupClient (client: Client): void
  }

  interface Result {
    errors: number
    non2xx: number
    requests: { sent: number }
  }

  export default function autocannon (options: Options): EventEmitter & Promise<Result>
}
