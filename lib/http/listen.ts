import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { InvalidSetting } from '#lib/errors.js'

interface HostAndPort {
  host: string
  port: number
}

/**
 * Opens a server on one address of a host name.
 * @param address its port 0 selects a free one
 */
export async function openListener (server: Server, { host, port }: HostAndPort) {
  const { address } = await lookup(host, { order: 'ipv4first' })
  await once(server.listen({ host: address, port }), 'listening')
  return server.address() as AddressInfo
}

/**
 * Opens the server of the management listener.
 * @returns what to log of its address
 * @throws InvalidSetting where the address cannot be used
 */
export async function openManagementListener (server: Server, hostAndPort: HostAndPort) {
  try {
    const { address, port } = await openListener(server, hostAndPort)
    return { address, port }
  } catch (err) {
    throw new InvalidSetting(`MANAGEMENT_LISTEN cannot be used: ${(err as Error).message}`)
  }
}
