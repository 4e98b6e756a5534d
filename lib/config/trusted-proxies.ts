import { isIP } from 'node:net'
import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/**
 * The proxies whose `X-Forwarded-For` is trusted, by their addresses. A number of hops is not accepted: a
 * client that bypasses the proxy could then claim any address.
 * @param setting the text of TRUST_PROXY; no proxy is trusted without it
 * @throws InvalidSetting
 */
export function parseTrustedProxies (setting = '') {
  const proxies = splitList(setting)
  const invalid = proxies.find((proxy) => !isNetwork(proxy))
  if (invalid === undefined) return proxies.length > 0 && proxies
  throw new InvalidSetting(
    `TRUST_PROXY must be addresses and CIDRs, such as 10.0.0.0/8: ${quote(invalid)} is neither`
  )
}

/** Whether a text is an address or a CIDR. */
export function isNetwork (text: string) {
  const [address = '', bits = '1', ...rest] = text.split('/')
  const maxBits = { 4: 32, 6: 128 }[isIP(address)] ?? 0
  return rest.length === 0 && /^[1-9][0-9]{0,2}$/.test(bits) && Number(bits) <= maxBits
}
