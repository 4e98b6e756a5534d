import type { UpstreamName } from '#simulator/simulator.js'
import { each } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'
import type { Certificate } from '#test/robustness/faults/proxy.js'

/** The good one, and those that are not. Without one there is no TLS. */
export type Certificates = Record<'good' | 'expired' | 'misnamed' | 'unknown', Certificate>

const serving = (good: Certificate, bad?: Certificate): Begin => {
  const serve = async (certificate: Certificate | undefined, ...[{ proxies }, at]: Parameters<Begin>) => {
    for (const role of at) {
      await proxies[role].close()
      await proxies[role].open(certificate)
    }
  }
  return async (site, at) => {
    await serve(bad, site, at)
    return () => serve(good, site, at)
  }
}

const two: UpstreamName[][] = [['identity'], ['metrics']]

/** Faults of TLS. */
export const tls = ({ good, expired, misnamed, unknown }: Certificates): Case[] => [
  ...each(two, 'the certificate has expired', 503, serving(good, expired)),
  ...each([['compute'], ['metrics']], 'the certificate is of another name', 503, serving(good, misnamed)),
  ...each([['metrics']], 'the certificate is of a CA that is not trusted', 503, serving(good, unknown)),
  ...each(two, 'plain HTTP on a port with TLS', 503, serving(good))
]
