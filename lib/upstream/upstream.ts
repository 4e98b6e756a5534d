import type { Dispatcher } from 'undici'
import { upstreamNames } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import { createAgent } from './proxy.js'
import type { AgentOptions, UpstreamProxies } from './proxy.js'
import type { UpstreamRequest, UpstreamResponse } from './request.js'
import { createUpstreamClient } from './upstream-client.js'
import type { UpstreamClientOptions, UpstreamObserver } from './upstream-client.js'

/** TLS options of connections, in PEM. */
export interface UpstreamTls {
  ca?: string[]
  cert?: string
  key?: string
  rejectUnauthorized?: boolean
}

export type UpstreamLimits = Pick<UpstreamClientOptions, 'timeout' | 'connections'>

/** Sends a request to an upstream. */
export type CallUpstream = (upstream: UpstreamName, request: UpstreamRequest) => Promise<UpstreamResponse>

/**
 * Bytes of a response, above every expected one, because each connection may hold one: a page of 1,000
 * servers has about 3 MB, a list of 20,000 projects 10 MB, and 11,000 buckets (the most that a series has) of
 * 20 devices 7 MB.
 */
const maxResponseBytes = 16 * 1024 * 1024

/**
 * The connections to the upstreams of one kind, with the same limits, TLS settings and proxies. Each upstream
 * has its own pool, so that none takes another's connections where several share an address. A private CA is
 * trusted beside the public ones.
 */
export function createDispatcher (
  { timeout, connections }: UpstreamLimits, tls: UpstreamTls = {}, proxies?: UpstreamProxies
) {
  const options: AgentOptions = {
    connections,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxResponseSize: maxResponseBytes,
    connect: {
      // Half of the deadline, so that a host that accepts no connection differs from one that responds
      // slowly.
      timeout: timeout / 2,
      ...tls
    }
  }
  const agents = new Map(upstreamNames.map((name) => [name, createAgent(options, proxies)]))
  return {
    of: (upstream: UpstreamName): Dispatcher => agents.get(upstream)!.dispatcher,
    /** Closes the connections once their requests have ended. */
    close: () => Promise.all(Array.from(agents.values(), (agent) => agent.close())),
    destroy: () => Promise.all(Array.from(agents.values(), (agent) => agent.destroy()))
  }
}

const noObserver: UpstreamObserver = { clientCreated () {}, requestCompleted () {} }

/**
 * The only way out: no other code opens connections to upstreams. Each upstream has its own client.
 * @throws UpstreamError for every failure
 */
export function createUpstream (
  dispatcher: ReturnType<typeof createDispatcher>,
  options: UpstreamLimits & Pick<UpstreamClientOptions, 'requestIdHeader'>,
  observer = noObserver
): CallUpstream {
  const clients = new Map<UpstreamName, ReturnType<typeof createUpstreamClient>>()

  return (upstream, request) => {
    let client = clients.get(upstream)
    if (client === undefined) {
      client = createUpstreamClient(upstream, { dispatcher: dispatcher.of(upstream), ...options }, observer)
      clients.set(upstream, client)
    }
    return client(request)
  }
}
