import { BlockList, isIP } from 'node:net'
import { InvalidSetting } from '#lib/errors.js'
import type { Settings } from './settings.js'
import { isNetwork } from './trusted-proxies.js'

/** The settings that programs share. Each counts in lower case as well, and first, as in curl. */
export const proxySettings = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const

/**
 * The proxies through which upstreams are called.
 * @returns `undefined` where there is none
 * @throws InvalidSetting, without the URL, which may have a password
 */
export function parseProxies ({ HTTP_PROXY, HTTPS_PROXY, NO_PROXY = '' }: Settings) {
  const [http, https] = [parseProxy('HTTP_PROXY', HTTP_PROXY), parseProxy('HTTPS_PROXY', HTTPS_PROXY)]
  const entries = NO_PROXY.split(/[\s,]+/)
  if ((http === undefined && https === undefined) || entries.includes('*')) return undefined
  const addresses = addressesOf([...entries, '127.0.0.0/8', '::1'])
  return {
    http,
    https,
    /** Names, domains, and hosts with a port that are called directly; comma-separated. */
    noProxy: [...entries, 'localhost'].join(','),
    /** Whether an address is called directly: one of loopback, or of an address or a CIDR of NO_PROXY. */
    isDirect (hostname: string) {
      const address = withoutBrackets(hostname)
      return isIP(address) > 0 && addresses.check(address, familyOf(address))
    }
  }
}

/** A proxy's URL; without a scheme it is one of http. */
function parseProxy (name: string, text?: string) {
  if (text === undefined) return undefined
  const url = text.includes('://') ? text : `http://${text}`
  if (!/^https?:/i.test(url) || !URL.canParse(url) || !isDecodable(new URL(url))) {
    throw new InvalidSetting(
      `${name} must be the URL of an HTTP proxy, such as http://proxy.example.org:3128; ` +
      'a login in it is percent-encoded'
    )
  }
  return url
}

function isDecodable ({ username, password }: URL) {
  try {
    return typeof decodeURIComponent(username + password) === 'string'
  } catch {
    return false
  }
}

function addressesOf (entries: string[]) {
  const addresses = new BlockList()
  for (const network of entries.map(withoutBrackets).filter(isNetwork)) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) addresses.addAddress(address, familyOf(address))
    else addresses.addSubnet(address, Number(bits), familyOf(address))
  }
  return addresses
}

const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1')
const familyOf = (address: string) => isIP(address) === 6 ? 'ipv6' : 'ipv4'
