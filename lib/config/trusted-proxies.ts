import { isIP } from 'node:net'
import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/**
 * The proxies that are believed about the caller's address, by their own.
 * They are not counted: who reaches the service past them could then name any address.
 * @param setting the text of TRUST_PROXY; nobody is believed without it
 * @throws InvalidSetting
 */
export function parseTrustedProxies (setting = '') {
  const proxies = splitList(setting)
  const wrong = proxies.find((proxy) => !isNetwork(proxy))
  if (wrong === undefined) return proxies.length > 0 && proxies
  throw new InvalidSetting(`TRUST_PROXY must be addresses and CIDRs, such as 10.0.0.0/8: ${quote(wrong)} is neither`)
}

function isNetwork (text: string) {
  const [address = '', bits = '1', ...rest] = text.split('/')
  const most = { 4: 32, 6: 128 }[isIP(address)] ?? 0
  return rest.length === 0 && /^[1-9][0-9]{0,2}$/.test(bits) && Number(bits) <= most
}
