/** The used part of autocannon, which has no types of its own. Source: "API" in its README. */
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
    /** Milliseconds between two checks whether `duration` has passed. */
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
