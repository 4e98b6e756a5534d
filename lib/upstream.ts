import { rootCertificates } from 'node:tls'
import { Agent } from 'undici'
import { roles } from './errors.js'
import type { Role } from './errors.js'
import type { Answer, Call } from './exchange.js'
import { readPem } from './pem.js'
import { createService } from './service.js'
import type { CallWatch } from './service.js'

export interface Tls {
  cacert?: string
  cert?: string
  key?: string
  insecure?: boolean
}

/** How hard an upstream may be worked. */
export interface Bounds {
  /** Milliseconds that one call may take in all, from when it is asked for to the last byte of its answer. */
  timeout: number
  /** Calls at once to one role, and so the connections to it. */
  connections: number
}

export type { Answer, Call, Operation } from './exchange.js'

export type Upstream = (role: Role, call: Call) => Promise<Answer>

/**
 * More than any answer we ask for, and no more than that, as each connection may bring one: a page of 1,000 servers is about 3 MB, a list of
 * 20,000 projects 10 MB, and 11,000 buckets, the most that a series has, of 20 devices 7 MB.
 */
const largestAnswer = 16 * 1024 * 1024

/**
 * The connections to the upstreams of one kind, all with the same limits and TLS settings; each role has its own, also where several are behind one
 * address, so that none takes another's.
 * A CA of the cloud's own is trusted beside the public ones, not instead of them.
 * @throws InvalidSetting where a TLS file cannot be read.
 */
export function createDispatcher ({ timeout, connections }: Bounds, tls: Tls = {}) {
  const file = (name: string, path?: string) => path === undefined ? undefined : readPem(name, path)
  const options: Agent.Options = {
    connections,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxResponseSize: largestAnswer,
    connect: {
      // Half of the deadline: a host that takes no connection is told apart from one that is slow to answer.
      timeout: timeout / 2,
      ca: trust(tls.cacert),
      cert: file('OS_CERT', tls.cert),
      key: file('OS_KEY', tls.key),
      rejectUnauthorized: !tls.insecure
    }
  }
  const agents = new Map(roles.map((role) => [role, new Agent(options)]))
  return {
    of: (role: Role) => agents.get(role)!,
    destroy: () => Promise.all(Array.from(agents.values(), (agent) => agent.destroy()))
  }
}

/** The certificates to trust where there is a file with a CA: that, and the public ones. @throws InvalidSetting where it cannot be read. */
export function trust (cacert?: string) {
  return cacert === undefined ? undefined : [...rootCertificates, readPem('OS_CACERT', cacert)]
}

const unwatched: CallWatch = { began () {}, ended () {} }

/**
 * The one way out: no other code asks an upstream. Each service has a turn, a budget and a rest of its own.
 * @throws UpstreamError whatever goes wrong; `busy` where a call has waited for its turn for half of its time, and was not sent.
 */
export function createUpstream (dispatcher: ReturnType<typeof createDispatcher>, bounds: Bounds, watch = unwatched): Upstream {
  const services = new Map<Role, ReturnType<typeof createService>>()

  return (role, call) => {
    let service = services.get(role)
    if (service === undefined) services.set(role, service = createService(role, { dispatcher: dispatcher.of(role), ...bounds }, watch))
    return service(call)
  }
}
