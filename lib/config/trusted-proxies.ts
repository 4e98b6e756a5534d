import { BlockList, isIP } from 'node:net'
import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/**
 * The proxies whose `X-Forwarded-For` is trusted, by their addresses. A number of hops is not accepted: a
 * client that bypasses the proxy could then claim any address.
 * @param setting the text of TRUST_PROXY; no proxy is trusted without it
 * @returns a function that recognises a trusted proxy's address, with or without a port
 * @throws InvalidSetting
 */
export function parseTrustedProxies (setting = '') {
  const proxies = splitList(setting)
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits, ...rest] = proxy.split('/')
    const family = familyOf(address)
    const maxBits = { ipv4: 32, ipv6: 128, none: 0 }[family]
    const prefix = bits === undefined ? maxBits : /^[1-9][0-9]{0,2}$/.test(bits) ? Number(bits) : Infinity
    if (family === 'none' || prefix > maxBits || rest.length > 0) {
      throw new InvalidSetting(
        `TRUST_PROXY must be addresses and CIDRs, such as 10.0.0.0/8: ${quote(proxy)} is neither`
      )
    }
    trusted.addSubnet(address, prefix, family)
  }
  return proxies.length > 0 && ((entry: string) => {
    const address = withoutPort(entry)
    const family = familyOf(address)
    return family !== 'none' && trusted.check(address, family)
  })
}

/**
 * An address without the port that some proxies add to the entries of `X-Forwarded-For`: a client has another
 * one on each connection. IPv6 addresses are then in brackets. Source: RFC 7239, 6 (node identifiers).
 */
export const withoutPort = (entry: string) =>
  /^\[([^\]]*)\](?::[0-9]*)?$/.exec(entry)?.[1] ?? /^([^:]+):[0-9]*$/.exec(entry)?.[1] ?? entry

const families = { 0: 'none', 4: 'ipv4', 6: 'ipv6' } as const

/** The family of an address. One with a zone, such as `fe80::1%eth0`, has none. */
const familyOf = (address: string) => families[address.includes('%') ? 0 : isIP(address) as 0 | 4 | 6]

/** Whether a text is an address or a CIDR. */
export function isNetwork (text: string) {
  const [address = '', bits = '1', ...rest] = text.split('/')
  const maxBits = { 4: 32, 6: 128 }[isIP(address)] ?? 0
  return rest.length === 0 && /^[1-9][0-9]{0,2}$/.test(bits) && Number(bits) <= maxBits
}
