import { isIPv6 } from 'node:net'
import { InvalidSetting } from '#lib/errors.js'
import type { Settings } from './settings.js'

/** The listener that accepts a connection: that of the API, or the one for monitoring. */
export type Listener = 'public' | 'management'

/** An address to listen on; the port 0 selects a free one. */
export interface ListenAddress {
  host: string
  port: number
}

/**
 * The address of the management listener, if the settings name one.
 * @throws InvalidSetting where the port is above 65535, or that of the public listener
 */
export function parseManagementAddress (
  { MANAGEMENT_LISTEN: text, PORT }: Pick<Settings, 'MANAGEMENT_LISTEN' | 'PORT'>
): ListenAddress | undefined {
  if (text === undefined) return undefined
  const end = text.lastIndexOf(':')
  const [host, port] = [text.slice(0, end).replace(/^\[|\]$/g, ''), Number(text.slice(end + 1))]
  if (port > 65535) throw new InvalidSetting('MANAGEMENT_LISTEN must have a port up to 65535')
  if (port === PORT && port !== 0) {
    throw new InvalidSetting(`MANAGEMENT_LISTEN must have another port than PORT, which is ${PORT}`)
  }
  return { host, port }
}

/** An IP address as URLs have it. */
export const hostInUrl = (address: string) => isIPv6(address) ? `[${address}]` : address
