import { isIPv4, isIPv6 } from 'node:net'

/**
 * An IP address in the one spelling by which it is compared: as Neutron stores it.
 * @returns `undefined` for any other text, such as a part of an address, or one with a zone
 */
export function canonicalAddress (text: string): string | undefined {
  if (isIPv4(text)) return text
  if (!isIPv6(text) || text.includes('%')) return undefined
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}
