import type { ConnectionOptions } from 'node:tls'
import { Agent, EnvHttpProxyAgent, Pool } from 'undici'
import type { buildConnector, Dispatcher } from 'undici'

/** The proxies between this host and the upstreams. */
export interface UpstreamProxies {
  /** The proxy's URL for http, with its login. */
  http?: string
  /** For https; that for http unless given. */
  https?: string
  /** Hosts that are called directly, in undici's format. */
  noProxy: string
  /** Whether an address is called directly. */
  isDirect: (hostname: string) => boolean
}

export interface AgentOptions extends Omit<Agent.Options, 'connect'> {
  connect: buildConnector.BuildOptions & Pick<ConnectionOptions, 'ca'> & { timeout: number }
}

/** Connections with these options, through proxies where there are any. */
export function createAgent (options: AgentOptions, proxies?: UpstreamProxies) {
  const direct = new Agent(options)
  if (proxies === undefined) {
    return { dispatcher: direct, close: () => direct.close(), destroy: () => direct.destroy() }
  }
  const { timeout, ca } = options.connect
  const proxied = new EnvHttpProxyAgent({
    ...options,
    // An empty text: without one, undici reads the environment.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.noProxy,
    // A request over http goes to the proxy itself: many proxies allow CONNECT to port 443 only.
    proxyTunnel: false,
    requestTls: options.connect,
    proxyTls: { timeout, ca },
    clientFactory: (origin, own) => createTunnelClient(origin, { headersTimeout: timeout, ...own }),
    factory: (origin, own) => new Pool(origin, { ...options, ...own })
  })
  const dispatcher = proxied.compose((dispatch) => (call, handler) =>
    proxies.isDirect(new URL(String(call.origin)).hostname)
      ? direct.dispatch(call, handler)
      : dispatch(call, handler))
  return {
    dispatcher,
    close: async () => { await Promise.all([direct.close(), proxied.close()]) },
    destroy: async () => { await Promise.all([direct.destroy(), proxied.destroy()]) }
  }
}

/** A proxy does not connect to an upstream. The message names no address. */
class ProxyFailure extends Error {
  constructor (message: string, readonly code: string) {
    super(message)
  }
}

/** Codes with which undici would connect to the proxy again and again, and those that it expects instead. */
const finalCodes: Record<string, string> = {
  UND_ERR_SOCKET: 'ECONNRESET', ERR_TLS_CERT_ALTNAME_INVALID: 'UND_ERR_PRX_TLS'
}

/** The client that asks a proxy for tunnels. Its failures differ from those of the upstream. */
function createTunnelClient (origin: URL, options: Pool.Options) {
  const pool = new Pool(origin, options)
  const open: (call: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData> = pool.connect
  const connect = async (call: Dispatcher.ConnectOptions) => {
    const tunnel = await open.call(pool, call).catch(({ code }: { code: string }) => {
      throw new ProxyFailure(`the proxy cannot be reached (${code})`, finalCodes[code] ?? code)
    })
    if (tunnel.statusCode === 200) return tunnel
    tunnel.socket.on('error', () => {}).destroy()
    const message = `the proxy returned status ${tunnel.statusCode}`
    throw new ProxyFailure(tunnel.statusCode === 407 ? loginRejected : message, 'PROXY_STATUS')
  }
  return Object.assign(pool, { connect })
}

const loginRejected = 'the proxy rejects its login'

/**
 * The failure of a proxy in words.
 * @returns `undefined` for any other error
 */
export function explainProxyFailure (err: Error) {
  if (err instanceof ProxyFailure) return err.message
  // undici's error for a request that it sends to the proxy without a tunnel.
  return err.message === 'Proxy Authentication Required (407)' ? loginRejected : undefined
}
