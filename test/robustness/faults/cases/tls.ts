import type { UpstreamName } from '#simulator/simulator.js'
import { visible } from '../case.js'
import type { Case, Inject } from '../case.js'
import type { Certificate } from '../proxy.js'
import type { Testbed } from '../testbed.js'

/** The valid certificate and three that the service must reject. */
export type Certificates = Record<'valid' | 'expired' | 'otherName' | 'untrusted', Certificate>

/** Serves another certificate, or none: plain HTTP. */
const serve = (valid: Certificate, invalid?: Certificate): Inject => {
  const restart = async ({ proxies }: Testbed, upstreams: UpstreamName[], certificate?: Certificate) => {
    for (const name of upstreams) {
      await proxies[name].close()
      await proxies[name].open(certificate)
    }
  }
  return async (testbed, upstreams) => {
    await restart(testbed, upstreams, invalid)
    return () => restart(testbed, upstreams, valid)
  }
}

const two: UpstreamName[][] = [['identity'], ['metrics']]
const afterLogin: UpstreamName[][] = [['compute'], ['metrics']]

/** Faults of TLS. */
export const tls = ({ valid, expired, otherName, untrusted }: Certificates): Case[] => [
  ...visible(two, 'certificate has expired', 503, serve(valid, expired)),
  ...visible(afterLogin, 'certificate is for another host name', 503, serve(valid, otherName)),
  ...visible([['metrics']], 'certificate is from an untrusted CA', 503, serve(valid, untrusted)),
  ...visible(two, 'plain HTTP on a TLS port', 503, serve(valid))
]
